"""Who may make an account: the holder of an invitation link, or everybody where OPEN_SIGNUP says so."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from galaxycat.accounts.models import Invitation

INVITATION_KEY = "invitation_token"


class InvitationAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        token = request.session.get(INVITATION_KEY, "")
        return settings.OPEN_SIGNUP or Invitation.objects.usable().for_token(token).exists()

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if token := request.session.get(INVITATION_KEY):
            return reverse("invitation", args=[token])
        return super().get_login_redirect_url(request)

    get_signup_redirect_url = get_login_redirect_url
