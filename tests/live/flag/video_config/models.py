"""The flag's two tables, as the platform has them."""
from config_models.models import ConfigurationModel
from django.db import models


class VideoTranscriptEnabledFlag(ConfigurationModel):
    enabled_for_all_courses = models.BooleanField(default=False)


class CourseVideoTranscriptEnabledFlag(ConfigurationModel):
    KEY_FIELDS = ("course_id",)
    course_id = models.CharField(max_length=255, db_index=True)

    @classmethod
    def for_learners(cls, course):
        """The platform's rule: its global row by way of the cache, the course's own row without it."""
        everywhere = VideoTranscriptEnabledFlag.current()
        if not everywhere.enabled or everywhere.enabled_for_all_courses:
            return everywhere.enabled
        own = cls.objects.filter(course_id=course).order_by("-change_date").first()
        return own is not None and own.enabled
