"""A real S3 server on loopback: SeaweedFS, or versitygw; both check every signature.

SeaweedFS comes as a binary in a Python package, versitygw is built from its Go module. What they
do where S3 leaves room, or does otherwise (cases_servers.py asks for most of it):

				SeaweedFS 4.48			versitygw 1.8.0
    If-None-Match: *		412 PreconditionFailed; of many	the same
				at once one wins
    body unlike its		stored as it comes		400
    x-amz-content-sha256
    body unlike its		400 BadDigest			the same
    x-amz-checksum-sha256
    HEAD and checksums		told if asked for		the same
				(x-amz-checksum-mode)
    ETag			MD5				MD5
    wrong secret		403 SignatureDoesNotMatch	the same
    TLS				HTTP/2 and 1.1			HTTP/1.1
    session token		AssumeRole makes one		none as started here: InvalidToken
    key that nobody knows	403 InvalidAccessKeyId		404 XAdminUserNotFound, HEAD too
    another region		not minded			400 AuthorizationHeaderMalformed
    clock 15 minutes off	403 RequestTimeTooSkewed	the same
    token that is none		403				400 InvalidToken
    x-amz-server-side-		500 without a key store		accepted, not told
    encryption
    name that is not there	404, with or without the	404
				right to list
"""
import base64
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

KEY, SECRET, REGION = "subferrykey", "s3-s3cr3t-w0rd", "us-east-1"
BUCKET = "transcripts"
ROLE = "arn:aws:iam::role/ferry"
# An identity that may put and get, and not list: S3 then answers 403 for a name that is not there.
NARROW_KEY, NARROW_SECRET = "narrowkey", "s3-narrow-s3cr3t"


def free_ports(count):
    """Ports that nobody has; all are free until the last is found, so that they differ."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]


def stop(process, seconds=10):
    """Ends a process of ours."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class S3Server:
    """A context manager. `address` is (host, port); `client` is boto3's, straight to the server.

    With @tls, a Certificate, it also, or only, serves TLS at `tls_address`, and takes
    BUCKET.s3.localhost for the bucket's name."""
    kind = ""
    patience = 5        # seconds, for its end

    def __init__(self, program, tls=None):
        self.program, self.tls, self.tls_address = program, tls, None
        self.folder = tempfile.mkdtemp(prefix="subferry-s3-")
        self.process = None

    def __enter__(self):
        try:
            for attempt in range(3):  # somebody may take a port between finding and using it
                self.start()
                if self.answers(20):
                    break
                stop(self.process)
            else:
                raise RuntimeError("%s does not start: %s" % (self.kind, self.said()[-2000:]))
            self.client.create_bucket(Bucket=BUCKET)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            stop(self.process, self.patience)
        shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self, *args, **environment):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.program] + list(args), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, env=dict(os.environ, HOME=self.folder, **environment))
        self.client = self.boto(self.url)

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def answers(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.client.list_buckets()
                if self.writable():
                    return True
            except (BotoCoreError, ClientError):
                pass
            time.sleep(0.1)
        return False

    def writable(self):
        """SeaweedFS answers before it can store anything."""
        try:
            self.client.create_bucket(Bucket="warming-up")
        except ClientError:
            pass  # it is there
        self.client.put_object(Bucket="warming-up", Key="x", Body=b"x")
        self.client.delete_object(Bucket="warming-up", Key="x")
        self.client.delete_bucket(Bucket="warming-up")
        return True

    @property
    def url(self):
        return "http://%s:%d" % self.address

    def boto(self, url, key=KEY, secret=SECRET, **config):
        return boto3.client(
            "s3", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
            region_name=REGION, verify=self.tls.authority if self.tls else None, config=Config(
                s3={"addressing_style": "path"}, proxies={},
                retries={"max_attempts": 1, "mode": "standard"}, **config))

    def as_storage(self, location):
        """The settings of edxval's storage (val_app.py) in this bucket."""
        return {"url": self.url, "key": KEY, "secret": SECRET, "region": REGION, "bucket": BUCKET,
                "location": location.rstrip("/")}

    # ---- what is in it, without the program

    def objects(self, bucket=BUCKET, prefix=""):
        """{name: bytes}"""
        out = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix):
            for row in page.get("Contents", ()):
                out[row["Key"]] = self.client.get_object(
                    Bucket=bucket, Key=row["Key"])["Body"].read()
        return out

    def some(self, prefix, names, bucket=BUCKET):
        """{name: bytes} of those of @names that are there."""
        out = {}
        for name in names:
            try:
                out[name] = self.client.get_object(Bucket=bucket, Key=prefix + name)["Body"].read()
            except self.client.exceptions.NoSuchKey:
                pass
        return out

    def marks(self, bucket=BUCKET, prefix=""):
        """Enough to see whether an object was written again."""
        out = {}
        for page in self.client.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=prefix):
            for row in page.get("Contents", ()):
                out[row["Key"]] = (row["LastModified"], row["ETag"], row["Size"])
        return out

    def empty(self, bucket=BUCKET, prefix=""):
        for name in self.marks(bucket, prefix):
            self.client.delete_object(Bucket=bucket, Key=name)


class SeaweedFS(S3Server):
    kind = "SeaweedFS"
    patience = .2       # it takes ten seconds to say good-bye to itself
    ports = ()

    def __exit__(self, *_):
        super().__exit__()
        for name in os.listdir(tempfile.gettempdir()):  # sockets that it leaves behind
            if re.fullmatch(r"seaweedfs-.*-(%s)\.sock" % "|".join(map(str, self.ports)), name):
                os.unlink(os.path.join(tempfile.gettempdir(), name))

    def start(self):
        with open(os.path.join(self.folder, "s3.json"), "w", encoding="utf-8") as f:
            json.dump({"identities": [
                {"name": "subferry", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                 "actions": ["Admin", "Read", "List", "Tagging", "Write"]},
                {"name": "narrow",
                 "credentials": [{"accessKey": NARROW_KEY, "secretKey": NARROW_SECRET}],
                 "actions": ["Read:" + BUCKET, "Write:" + BUCKET]},
            ]}, f)
        ports = self.ports = free_ports(9)
        self.address = "127.0.0.1", ports[0]
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        self.launch(
            "server", *self.tls_options(ports[8]), "-dir=" + os.path.join(self.folder, "data"),
            "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", "-s3.config=s3.json",
            "-s3.port=%d" % ports[0], "-s3.port.grpc=%d" % ports[1],
            "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-master.port=%d" % ports[2], "-master.port.grpc=%d" % ports[3],
            "-volume.port=%d" % ports[4], "-volume.port.grpc=%d" % ports[5],
            "-filer.port=%d" % ports[6], "-filer.port.grpc=%d" % ports[7],
            "-master.volumeSizeLimitMB=64", "-volume.max=100", "-volume.preStopSeconds=0",
            "-volume.minFreeSpace=0", "-master.telemetry=false")

    def tls_options(self, port):
        """TLS on a port of its own, names of buckets in that of the host, and sessions."""
        if not self.tls:
            return []
        self.tls_address = "127.0.0.1", port
        with open(os.path.join(self.folder, "iam.json"), "w", encoding="utf-8") as f:
            json.dump({
                "sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "live",
                        "signingKey": base64.b64encode(b"long enough for a key" * 2).decode()},
                "policy": {"defaultEffect": "Deny", "storeType": "memory"},
                "policies": [{"name": "all", "document": {
                    "Version": "2012-10-17", "Statement": [
                        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]}}],
                "roles": [{"roleName": "ferry", "roleArn": ROLE, "attachedPolicies": ["all"],
                           "trustPolicy": {"Version": "2012-10-17", "Statement": [
                               {"Effect": "Allow", "Principal": {"AWS": "*"},
                                "Action": ["sts:AssumeRole"]}]}}]}, f)
        return ["-s3.iam.config=iam.json", "-s3.port.https=%d" % port,
                "-s3.cert.file=" + self.tls.certificate, "-s3.key.file=" + self.tls.key,
                "-s3.domainName=" + self.tls.S3]

    def session(self):
        """(key, secret, token) that hold for an hour: S3 with AssumeRole."""
        client = boto3.client("sts", endpoint_url=self.url, aws_access_key_id=KEY,
                              aws_secret_access_key=SECRET, region_name=REGION,
                              config=Config(proxies={}))
        found = client.assume_role(RoleArn=ROLE, RoleSessionName="live")["Credentials"]
        return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]

    def words(self):
        line = subprocess.run([self.program, "version"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout
        return "SeaweedFS " + line.decode().split()[2]


class Versity(S3Server):
    kind = "versitygw"

    def start(self):
        self.address = "127.0.0.1", free_ports(1)[0]
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        tls = []
        if self.tls:
            self.tls_address = self.address
            tls = ["--cert", self.tls.certificate, "--key", self.tls.key,
                   "--virtual-domain", "%s:%d" % (self.tls.S3, self.address[1])]
        self.launch("--port", "%s:%d" % self.address, "--keep-alive", "--quiet", "--region", REGION,
                    *tls, "posix", "--sidecar", self.sidecar(), os.path.join(self.folder, "data"),
                    ROOT_ACCESS_KEY_ID=KEY, ROOT_SECRET_ACCESS_KEY=SECRET)

    @property
    def url(self):
        return "%s://%s:%d" % (("https" if self.tls else "http",) + self.address)

    def sidecar(self):
        """Where facts of objects are kept: not every file system has extended attributes."""
        path = os.path.join(self.folder, "facts")
        os.makedirs(path, exist_ok=True)
        return path

    def words(self):
        return "versitygw 1.8.0"
