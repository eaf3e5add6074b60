"""The flag's two tables, as the platform has them."""
from config_models.models import ConfigurationModel
from django.db import models


class VideoTranscriptEnabledFlag(ConfigurationModel):
    enabled_for_all_courses = models.BooleanField(default=False)


class CourseVideoTranscriptEnabledFlag(ConfigurationModel):
    KEY_FIELDS = ("course_id",)
    course_id = models.CharField(max_length=255, db_index=True)
