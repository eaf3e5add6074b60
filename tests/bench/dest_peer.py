"""The platform's way in Python: pysrt, boto3 in a pool of threads, edxval's API in process.

    dest_peer.py TASKS S3 IDS

Run by the Python of edxval with the settings of the val server (val_app.py), on its database, in
autocommit. TASKS: a JSON list of [course, block, video id or "", {language: file}]; S3: JSON of
where objects go. IDS gets a line a block: course, block, id.

Where the platform could be faster than its plain form, the faster form is taken: the files lie on
the disk, no block is made of anything; a video's transcripts share a task, one thread puts and
registers while others do; the name of the object is told to edxval, which then neither copies the
file nor asks the storage. Starting Python and Django is not counted. Prints one line of JSON.
"""
import concurrent.futures
import json
import logging
import resource
import sys
import threading
import time
import uuid

import boto3
import val_app
from botocore.config import Config
from pysrt_way import convert


class Peer:
    def __init__(self, place):
        from edxval import api

        self.api, self.place = api, place
        self.client = boto3.client(
            "s3", endpoint_url=place["url"], aws_access_key_id=place["key"],
            aws_secret_access_key=place["secret"], region_name=place["region"],
            config=Config(s3={"addressing_style": "path"}, proxies={},
                          max_pool_connections=place["threads"]))
        self.lock, self.made, self.ids = threading.Lock(), 0, []

    def transcript(self, video, language, path):
        """As domain 5 has the order: nothing is put for what val has."""
        if self.api.is_transcript_available(video, language):
            return 0
        with open(path, "rb") as f:
            data = convert(f.read().decode("utf-8-sig"))
        name = "video-transcripts/%s.sjson" % uuid.uuid4().hex
        self.client.put_object(Bucket=self.place["bucket"], Key=self.place["location"] + name,
                               Body=data, ContentType="application/json", IfNoneMatch="*")
        self.api.create_or_update_video_transcript(video, language, {
            "provider": "Custom", "language_code": language, "file_format": "sjson",
            "file_name": name})
        return 1

    def video(self, task):
        course, block, video, files = task
        if not video or not self.api.is_video_available(video):
            video = self.api.create_external_video("external-video")
        made = sum(self.transcript(video, *item) for item in files.items())
        with self.lock:
            self.made += made
            self.ids.append((course, block, video))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        tasks = json.load(f)
    with open(sys.argv[2], encoding="utf-8") as f:
        place = json.load(f)
    val_app.start()
    logging.disable(logging.INFO)
    peer = Peer(place)
    begun, used = time.monotonic(), cpu()
    with concurrent.futures.ThreadPoolExecutor(place["threads"]) as pool:
        list(pool.map(peer.video, tasks))
    print(json.dumps({"seconds": time.monotonic() - begun, "cpu": cpu() - used,
                      "made": peer.made}))
    with open(sys.argv[3], "w", encoding="utf-8") as f:
        f.writelines("\t".join(line) + "\n" for line in peer.ids)


if __name__ == "__main__":
    main()
