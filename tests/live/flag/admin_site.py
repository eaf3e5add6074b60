"""The platform's flag, under a real Django: its two models, their admin, and the platform's login.

    admin_site.py migrate DB           makes the tables and the accounts
    admin_site.py serve DB PORTFILE    serves on loopback, and writes the port into PORTFILE

The models and their admin are django-config-models', in the app video_config beside this file. The
login is of the platform's shape: a page that sets the CSRF cookie, and a form that answers in JSON.
FLAG_LANGUAGE is the server's language.
"""
import os
import sys

import django
from django.conf import settings

PASSWORD = "it's \"open\" & 100% shut"
# may add and view; may only add; may only view; is staff, and may nothing; is not staff
ACCOUNTS = {
    "staff@example.com": ("add", "view"),
    "adder@example.com": ("add",),
    "viewer@example.com": ("view",),
    "clerk@example.com": (),
    "student@example.com": None,
}


def configure(database):
    settings.configure(
        SECRET_KEY="live test", DEBUG=False, ALLOWED_HOSTS=["127.0.0.1", "login.localhost"],
        ROOT_URLCONF="admin_urls", LANGUAGE_CODE=os.environ.get("FLAG_LANGUAGE", "en"),
        USE_TZ=True, TIME_ZONE="America/New_York", STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", LOGIN_URL="/login",
        SESSION_COOKIE_AGE=3600,
        # each command logs in: not half a second of the processor for it
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.messages",
                        "django.contrib.contenttypes", "django.contrib.sessions", "config_models",
                        "video_config"],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.locale.LocaleMiddleware",
                    "django.middleware.common.CommonMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.contrib.messages.middleware.MessageMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates",
                    "APP_DIRS": True, "OPTIONS": {"context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages"]}}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                               "NAME": os.path.abspath(database),
                               "OPTIONS": {"timeout": 2}}},
    )
    django.setup()


def make():
    from django.contrib.auth.models import Permission, User
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    for name, rights in ACCOUNTS.items():
        user = User.objects.create_user(name, name, PASSWORD)
        user.is_staff = rights is not None
        user.save()
        for right in rights or ():
            for permission in Permission.objects.filter(
                    content_type__app_label="video_config", codename__startswith=right + "_"):
                user.user_permissions.add(permission)


def serve(port_file):
    from wsgiref import simple_server
    from socketserver import ThreadingMixIn
    from django.core.wsgi import get_wsgi_application

    class Server(ThreadingMixIn, simple_server.WSGIServer):
        daemon_threads = True

    class Handler(simple_server.WSGIRequestHandler):
        def log_message(self, *_):      # pylint: disable=arguments-differ
            pass

    server = simple_server.make_server("127.0.0.1", 0, get_wsgi_application(), Server, Handler)
    with open(port_file + ".new", "w", encoding="ascii") as out:
        out.write(str(server.server_port))
    os.rename(port_file + ".new", port_file)
    server.serve_forever(0.05)


if __name__ == "__main__":
    configure(sys.argv[2])
    if sys.argv[1] == "migrate":
        make()
    else:
        serve(sys.argv[3])
