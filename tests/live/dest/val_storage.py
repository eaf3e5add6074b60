"""django-storages' S3, one connection a thread for all storages of the process.

edxval makes a new storage for every row that it registers, and django-storages a new connection
for every storage: boto3 then reads its models of S3 again, which was two thirds of the time that
the service took for a request. What is asked of S3 stays the same.
"""
import threading

from storages.backends import s3


class S3Storage(s3.S3Storage):
    kept = threading.local()    # all storages of a process are the same bucket

    @property
    def connection(self):
        if not hasattr(self.kept, "connection"):
            self.kept.connection = super().connection
        return self.kept.connection
