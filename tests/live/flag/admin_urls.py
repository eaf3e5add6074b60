"""The login of the platform, in its shape, and the admin."""
from django.contrib import admin
from django.contrib.auth import authenticate, login
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie


@ensure_csrf_cookie
def page(_request):
    return HttpResponse("<html><title>Sign in</title></html>")


@csrf_protect
def session(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user = authenticate(request, username=request.POST.get("email"),
                        password=request.POST.get("password"))
    if user is None:
        return JsonResponse({"success": False, "value": "Email or password is incorrect."},
                            status=400)
    login(request, user)
    return JsonResponse({"success": True})


def to_login(_request):
    return HttpResponseRedirect("/login?next=/admin")


urlpatterns = [
    path("login", page),
    path("user_api/v1/account/login_session/", session),
    path("admin/login/", to_login),
    path("admin/", admin.site.urls),
]
