"""Alibaba Cloud OSS over http with nothing but the standard library, signed by version 1, apart
from the gateway's own client."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import urllib.parse

# The parameters that belong to the signed resource, as far as these tests use them.
SUBRESOURCES = {"partNumber", "uploadId", "uploads", "continuation-token"}


class OssClient:
    def __init__(self, port, key_id, secret, bucket):
        self.port = port
        self.key_id = key_id
        self.secret = secret
        self.bucket = bucket

    def authorization(self, method, key, query, headers):
        """`headers` have names in lower case, and a date."""
        own = "".join(f"{name}:{headers[name]}\n"
                      for name in sorted(headers) if name.startswith("x-oss-"))
        signed = [f"{name}={value}" if value else name
                  for name, value in sorted(query.items()) if name in SUBRESOURCES]
        text = "\n".join([method, headers.get("content-md5", ""), headers.get("content-type", ""),
                          headers["date"], own]) + f"/{self.bucket}/{key}"
        if signed:
            text += "?" + "&".join(signed)
        proof = hmac.digest(self.secret.encode(), text.encode(), hashlib.sha1)
        return f"OSS {self.key_id}:{base64.b64encode(proof).decode()}"

    def begin(self, connection, method, key="", query=None, body=b""):
        """The response, whose body is still to be read."""
        query = query or {}
        headers = {"date": email.utils.formatdate(usegmt=True)}
        headers["authorization"] = self.authorization(method, key, query, headers)
        target = f"/{self.bucket}/{urllib.parse.quote(key)}"
        if query:
            target += "?" + urllib.parse.urlencode(query)
        connection.request(method, target, body or None, headers)
        return connection.getresponse()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def call(self, method, key="", query=None, body=b"", connection=None):
        """(status, body) of one request."""
        own = connection or self.connection()
        try:
            response = self.begin(own, method, key, query, body)
            return response.status, response.read()
        finally:
            if own is not connection:
                own.close()
