"""Whatever is sent to the API, by somebody logged in, the answer is never a server error."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

pytestmark = pytest.mark.slow
EXAMPLES = 12


@pytest.fixture(scope="module")
def world(shared_world):
    return shared_world


@pytest.fixture
def one_connection():
    """A request ends without closing the connection whose transaction holds the world, as in Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def api_schema(world, one_connection):
    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))
    schema.app = get_wsgi_application()
    schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    return schema


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@pytest.mark.django_db
def test_no_request_is_a_server_error(world, case):
    with transaction.atomic():
        token, _ = Token.objects.get_or_create(user=world.people["annotator"])
        response = case.call(headers={"Authorization": f"Token {token.key}"})
        transaction.set_rollback(True)
    assert response.status_code < 500
    if response.status_code < 300:
        case.validate_response(response, checks=[response_schema_conformance])
