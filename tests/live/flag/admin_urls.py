"""The login of the platform, in its shape, and the admin; and what this process says of the flag."""
from django.contrib import admin
from django.contrib.auth import authenticate, login
from django.core.cache import cache
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt, csrf_protect, ensure_csrf_cookie
from video_config.models import CourseVideoTranscriptEnabledFlag, VideoTranscriptEnabledFlag


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


# ---- for tests: nothing of the platform -------------------------------------------------------

def said(request):
    """By its own classes, with the caches it has; @aged: as if they had run out."""
    course, rows = request.GET["course"], CourseVideoTranscriptEnabledFlag.objects
    if "aged" in request.GET:
        cache.clear()
    return JsonResponse({
        "current": CourseVideoTranscriptEnabledFlag.current(course).enabled,
        "learners": CourseVideoTranscriptEnabledFlag.for_learners(course),
        "rows": list(rows.filter(course_id=course).order_by("id").values_list(
            "enabled", "changed_by__username")),
        "global_rows": VideoTranscriptEnabledFlag.objects.count(),
    })


@csrf_exempt
def save(request):
    """A row by its own hands: of a course, or the global one."""
    fields = {name: value == "yes" for name, value in request.POST.items() if name != "course_id"}
    if "course_id" in request.POST:
        CourseVideoTranscriptEnabledFlag(course_id=request.POST["course_id"], **fields).save()
    else:
        VideoTranscriptEnabledFlag(**fields).save()
    return JsonResponse({})


urlpatterns = [
    path("said", said),
    path("save", save),
    path("login", page),
    path("user_api/v1/account/login_session/", session),
    path("admin/login/", to_login),
    path("admin/", admin.site.urls),
]
