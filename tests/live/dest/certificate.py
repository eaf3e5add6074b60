"""A certificate for the servers of a test, and the authority that signs it."""
import os
import socket
import ssl
import subprocess


class Certificate:
    """Signed by an authority that nobody but the test knows.

    Its names end in ".localhost": libcurl takes every such name for the loopback address, without
    asking anybody. Python may not, and uses the address, for which the certificate is too."""
    S3, VAL = "s3.localhost", "val.localhost"

    def __init__(self, folder):
        self.authority, self.certificate, self.key = (
            os.path.join(folder, name) for name in ("authority.pem", "server.pem", "server.key"))
        self.make(self.authority + ".key", self.authority, "-addext", "keyUsage=keyCertSign")
        self.make(self.key, self.certificate, "-CA", self.authority,
                  "-CAkey", self.authority + ".key", "-addext", "basicConstraints=CA:FALSE",
                  "-addext", "subjectAltName=" + ",".join(
                      "DNS:" + name for name in (self.S3, "*." + self.S3, self.VAL)) +
                  ",IP:127.0.0.1")

    @staticmethod
    def make(key, certificate, *options):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=live test", "-keyout", key, "-out", certificate] +
                       list(options), check=True, stderr=subprocess.DEVNULL)

    def context(self):
        return ssl.create_default_context(cafile=self.authority)

    def spoken(self, address, *offered):
        """Which of the protocols that a client offers a server takes; None for none."""
        context = self.context()
        context.set_alpn_protocols(offered)
        with socket.create_connection(address, 10) as sock, \
                context.wrap_socket(sock, server_hostname=self.S3) as tls:
            return tls.selected_alpn_protocol()
