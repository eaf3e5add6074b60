"""edx-val as the platform mounts it: its REST API with its JWT authentication, and a token endpoint.

A Django settings module, URL configuration and WSGI application in one, run by the Python that has
edxval installed. The folder of the server, with its config.json, is in VAL_FOLDER; VAL_STORAGE says
where in which bucket its files are, or null for a folder of its own.
"""
import base64
import json
import os
import secrets
import sys
import time

FOLDER = os.environ["VAL_FOLDER"]
with open(os.path.join(FOLDER, "config.json"), encoding="utf-8") as f:
    CONFIG = json.load(f)

# ---- settings -----------------------------------------------------------------------------------

S3 = json.loads(os.environ["VAL_STORAGE"])
if S3:
    BACKEND, OPTIONS = "val_storage.S3Storage", {
        "endpoint_url": S3["url"], "access_key": S3["key"], "secret_key": S3["secret"],
        "region_name": S3["region"], "bucket_name": S3["bucket"], "location": S3["location"],
        "addressing_style": "path", "signature_version": "s3v4", "file_overwrite": False}
else:
    BACKEND = "django.core.files.storage.FileSystemStorage"
    OPTIONS = {"location": os.path.join(FOLDER, "media"), "base_url": "/media/"}
SECRET_KEY = "live test, and longer than what is too short for a key"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "val_app"
USE_TZ, TIME_ZONE = True, "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                  "rest_framework", "edx_rest_framework_extensions", "edxval"]
MIDDLEWARE = ["edx_django_utils.cache.middleware.RequestCacheMiddleware",
              "django.contrib.sessions.middleware.SessionMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware"]
DATABASES = {"default": {"ENGINE": "val_sqlite", "NAME": os.path.join(FOLDER, "val.db"),
                         "OPTIONS": {"timeout": 30}}}
LOGGING = {"version": 1, "disable_existing_loggers": False,     # the server's log stays
           "handlers": {"console": {"class": "logging.StreamHandler"}},
           "root": {"handlers": ["console"], "level": "WARNING"}}
FILES = {"BACKEND": BACKEND, "OPTIONS": OPTIONS}
STORAGES = {"default": FILES, "staticfiles": FILES, "video_transcripts": FILES}
VIDEO_TRANSCRIPTS_SETTINGS = {"VIDEO_TRANSCRIPTS_MAX_BYTES": 3145728, "STORAGE_CLASS": BACKEND,
                              "STORAGE_KWARGS": OPTIONS, "DIRECTORY_PREFIX": "video-transcripts/"}
VIDEO_IMAGE_SETTINGS = {"STORAGE_CLASS": BACKEND, "STORAGE_KWARGS": OPTIONS,
                        "DIRECTORY_PREFIX": "video-images/"}
TRANSCRIPT_LANG_CACHE_TIMEOUT = 60
# As the platform: signed by a private key, proved by the public one.
ISSUER = {"ISSUER": "http://localhost/oauth2", "AUDIENCE": "openedx",
          "SECRET_KEY": "not used: the keys are not symmetric"}
JWT_AUTH = {
    "JWT_DECODE_HANDLER": "edx_rest_framework_extensions.auth.jwt.decoder.jwt_decode_handler",
    "JWT_AUTH_HEADER_PREFIX": "JWT", "JWT_ALGORITHM": "RS512", "JWT_LEEWAY": 1,
    "JWT_ISSUER": ISSUER["ISSUER"], "JWT_AUDIENCE": ISSUER["AUDIENCE"], "JWT_ISSUERS": [ISSUER],
    "JWT_SECRET_KEY": ISSUER["SECRET_KEY"], "JWT_VERIFY_EXPIRATION": True,
    "JWT_VERIFY_AUDIENCE": True, "JWT_PUBLIC_SIGNING_JWK_SET": CONFIG.get("public", "")}
EDX_DRF_EXTENSIONS = {"JWT_PAYLOAD_USER_ATTRIBUTE_MAPPING": {"email": "email"}}
REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}


# ---- tokens -------------------------------------------------------------------------------------

def make_keys():
    """A key pair, into config.json."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (Encoding, NoEncryption,
                                                              PrivateFormat)
    from jwt.algorithms import RSAAlgorithm

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    public.update(kid="live", use="sig", alg="RS512")
    CONFIG["public"] = json.dumps({"keys": [public]})
    CONFIG["private"] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8,
                                          NoEncryption()).decode()
    with open(os.path.join(FOLDER, "config.json"), "w", encoding="utf-8") as out:
        json.dump(CONFIG, out)


def make_token(user, lifetime, now=None):
    """What the platform's token endpoint puts into one."""
    import jwt

    now = int(time.time() if now is None else now)
    return jwt.encode({
        "aud": ISSUER["AUDIENCE"], "iss": ISSUER["ISSUER"], "exp": now + lifetime, "iat": now,
        "grant_type": "client-credentials", "preferred_username": user, "scopes": [
            "read", "write", "email", "profile"], "version": "1.2.0", "sub": "5d41402abc4b2a76",
        "filters": [], "is_restricted": False, "email_verified": True,
        "email": user + "@example.com", "name": user, "family_name": "", "given_name": "",
        "administrator": False, "superuser": False}, CONFIG["private"], algorithm="RS512",
        headers={"kid": "live"})


def lifetime():
    """Of the tokens to come, in seconds: a file that a test may change."""
    try:
        with open(os.path.join(FOLDER, "lifetime"), encoding="utf-8") as text:
            return int(text.read())
    except FileNotFoundError:
        return 3600


def client_of(request):
    """(id, secret): from the form, or as HTTP's basic authentication has them."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind == "Basic":
        client, _, secret = base64.b64decode(value).decode().partition(":")
        return client, secret
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")


def access_token(request):
    """POST /oauth2/access_token, as domain 7.9 has it."""
    from django.http import HttpResponseNotAllowed, JsonResponse

    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    grant = request.POST.get("grant_type")
    if grant != "client_credentials":
        return JsonResponse({"error": "unsupported_grant_type"}, status=400)
    client, secret = client_of(request)
    known = CONFIG["clients"].get(client)
    if not known or known["secret"] != secret:
        return JsonResponse({"error": "invalid_client"}, status=401)
    seconds = lifetime()
    jwt = request.POST.get("token_type", "").lower() == "jwt"
    return JsonResponse({
        "access_token": make_token(known["user"], seconds) if jwt else secrets.token_urlsafe(22),
        "expires_in": seconds, "token_type": "JWT" if jwt else "Bearer",
        "scope": "read write email profile"})


def urls():
    from django.urls import include, path

    return [path("oauth2/access_token", access_token), path("oauth2/access_token/", access_token),
            path("api/val/v0/", include("edxval.urls"))]


# ---- commands -----------------------------------------------------------------------------------

def prepare():
    """The database, its users and rights; prints a token that has expired, as JSON."""
    make_keys()
    start()
    from django.contrib.auth.models import Permission, User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for known in CONFIG["clients"].values():
        user = User.objects.create_user(known["user"], known["user"] + "@example.com")
        for right in known["rights"]:
            user.user_permissions.add(Permission.objects.get(codename=right))
    from importlib.metadata import version

    print(json.dumps({
        "expired": make_token(CONFIG["clients"]["subferry"]["user"], 60, time.time() - 7200),
        "edxval": version("edxval"), "django": version("Django")}))


def read():
    """Every transcript, as edxval itself reads it: one JSON object a line."""
    start()
    from edxval import api
    from edxval.models import VideoTranscript

    for row in VideoTranscript.objects.select_related("video").order_by("id"):
        video, language = row.video.edx_video_id, row.language_code
        out = {"video": video, "language": language, "provider": row.provider,
               "format": row.file_format, "name": row.transcript.name,
               "status": row.video.status, "client_video_id": row.video.client_video_id,
               "duration": row.video.duration,
               "courses": sorted(row.video.courses.values_list("course_id", flat=True))}
        try:
            out["content"] = base64.b64encode(
                api.get_video_transcript_data(video, language)["content"]).decode()
        except Exception as error:  # whatever stops edxval is what this looks for
            out["error"] = repr(error)
        print(json.dumps(out))


def start():
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "val_app"
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    django.setup()


def application(environ, respond):
    """Django's own, made when the first request comes."""
    global WSGI
    if WSGI is None:
        start()
        from django.core.wsgi import get_wsgi_application

        WSGI = get_wsgi_application()
    return WSGI(environ, respond)


WSGI = None


def __getattr__(name):
    """Django asks for urlpatterns when there is a registry of applications, and not before."""
    if name == "urlpatterns":
        return urls()
    raise AttributeError(name)


if __name__ == "__main__":
    {"prepare": prepare, "read": read}[sys.argv[1]]()
