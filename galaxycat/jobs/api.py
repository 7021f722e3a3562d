"""Jobs over `/api/v1/jobs/`."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from galaxycat.accounts.http import user_of
from galaxycat.jobs.models import Job
from galaxycat.jobs.starting import cancel_job, retry_job
from galaxycat.jobs.views import require_manager


class JobSerializer(serializers.ModelSerializer):
    team = serializers.SlugRelatedField("slug", read_only=True)
    started_by = serializers.SlugRelatedField("username", read_only=True, allow_null=True)
    elapsed_s = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Job
        fields = [
            "uuid", "kind", "team", "subject", "url", "started_by", "state", "fraction", "stage", "attempts",
            "cancel_requested_at", "error", "created_at", "started_at", "finished_at", "elapsed_s",
        ]  # fmt: skip


class JobDetailSerializer(JobSerializer):
    class Meta(JobSerializer.Meta):
        fields = [*JobSerializer.Meta.fields, "arguments", "log", "result"]


class JobViewSet(viewsets.ReadOnlyModelViewSet):
    """Background jobs of your teams, newest first."""

    lookup_field = "uuid"
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.visible_to(user_of(self.request)).select_related("team", "started_by")

    def get_serializer_class(self) -> type[JobSerializer]:
        return JobSerializer if self.action == "list" else JobDetailSerializer

    @extend_schema(request=None, responses=JobDetailSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, uuid: str) -> Response:
        """End the job: at once while it waits, at its next step while it runs. Curators and PIs."""
        return self._answer(cancel_job(job=require_manager(self.get_object(), user_of(request))))

    @extend_schema(request=None, responses=JobDetailSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, uuid: str) -> Response:
        """Queue a failed or cancelled job again. Curators and PIs."""
        return self._answer(retry_job(job=require_manager(self.get_object(), user_of(request))))

    def _answer(self, job: Job) -> Response:
        return Response(JobDetailSerializer(job).data)
