"""Who gets what from every address: the permission matrix as data. tests/test_permissions.py holds the product to it.

A row is the address' name, the method, and what each kind of person gets, in the order of PEOPLE. `login` is a redirect
to the log-in page. A method that is not listed is refused to everybody. `foreign` is a PI of another team. The world's round
is blind and open; the annotator votes in it, the PI has chosen to watch it and decided one of its sources, and the
curator may still do either.
"""

PEOPLE = ("anonymous", "foreign", "viewer", "annotator", "curator", "pi")

MATRIX = """
home                      GET   200    200  200  200  200  200
docs                      GET   200    200  200  200  200  200
doc                       GET   200    200  200  200  200  200
decision                  GET   200    200  200  200  200  200
doc_picture               GET   200    200  200  200  200  200
create_team               POST  login  302  302  302  302  302
team                      GET   login  404  200  200  200  200
invite                    POST  login  404  403  403  403  200
withdraw_invitation       POST  login  404  403  403  403  302
end_membership            POST  login  404  403  302  403  302
invitation                GET   200    200  200  200  200  200
invitation                POST  200    302  409  409  409  409

ingest                    GET   login  200  403  403  200  200
ingest                    POST  login  422  403  403  302  302
galaxy                    GET   404    404  200  200  200  200
catalogs                  GET   404    404  200  200  200  200
detect                    GET   login  404  403  403  200  200
detect                    POST  login  404  403  403  302  302
import_catalog            POST  login  404  403  403  302  302
export_catalog            GET   404    404  200  200  200  200
tile                      GET   404    404  200  200  200  200
data_tile                 GET   404    404  200  200  200  200
cutout                    GET   404    404  200  200  200  200
region_file               GET   404    404  200  200  200  200
import_regions            POST  login  404  403  302  302  302
source_evidence           GET   404    404  200  200  200  200
numbered_source           GET   404    404  302  302  302  302

releases                  GET   404    404  200  200  200  200
make_release              POST  login  404  403  403  302  302
release                   GET   404    404  200  200  200  200
release_file              GET   404    404  200  200  200  200
publish_release           POST  login  404  403  403  302  302
withdraw_release          POST  login  404  403  403  302  302
verify_release            POST  login  404  403  403  302  302

jobs                      GET   login  200  200  200  200  200
job                       GET   login  404  200  200  200  200
cancel_job                POST  login  404  403  403  302  302
retry_job                 POST  login  404  403  403  409  409

rounds                    GET   login  404  200  200  200  200
campaign                  GET   login  404  200  200  200  200
campaign_data             GET   login  404  200  200  200  200
campaign_cell             GET   login  404  200  200  200  200
campaign_report           GET   login  404  200  200  200  200
campaign_report_file      GET   login  404  200  200  200  200
new_round                 GET   login  404  403  403  403  200
new_round                 POST  login  404  403  403  403  302
round                     GET   login  404  200  200  200  200
round_results             GET   login  404  403  403  403  200
votes_csv                 GET   login  404  403  403  403  200
watch_round               POST  login  404  403  403  302  302
close_round               POST  login  404  403  403  403  302
label                     GET   login  404  403  200  200  200
round_examples            GET   login  404  403  200  200  200

model                     GET   login  404  403  403  403  200
model_state               GET   login  404  403  403  403  200
pretrain                  POST  login  404  403  403  302  302
train                     POST  login  404  403  403  302  302
import_predictions        POST  login  404  403  403  302  302
adjudication              GET   login  404  403  403  200  200
decide                    POST  login  404  403  403  403  302
undo_decision             POST  login  404  403  403  403  302

api:galaxy-list           GET   200    200  200  200  200  200
api:galaxy-detail         GET   404    404  200  200  200  200
api:galaxy-values         GET   404    404  422  422  422  422
api:galaxy-stretch        PUT   401    404  200  200  200  200
api:galaxy-stretch        DELETE 401   404  204  204  204  204
api:name                  GET   401    422  422  422  422  422
api:catalog-list          GET   200    200  200  200  200  200
api:catalog-detail        GET   404    404  200  200  200  200
api:catalog-places        GET   404    404  200  200  200  200
api:catalog-card          GET   404    404  422  422  422  422
api:catalog-inside        GET   404    404  422  422  422  422
api:region-list           GET   401    200  200  200  200  200
api:region-list           POST  401    404  403  201  201  201
api:region-detail         GET   401    404  200  200  200  200
api:region-detail         PATCH 401    404  403  403  200  200
api:source-list           GET   200    200  200  200  200  200
api:source-detail         GET   404    404  200  200  200  200
api:source-evidence       GET   404    404  200  200  200  200
api:campaign-list         GET   401    200  200  200  200  200
api:campaign-detail       GET   401    404  200  200  200  200
api:campaign-dashboard    GET   401    404  200  200  200  200
api:campaign-strata       GET   401    404  400  400  400  400
api:campaign-comparison   GET   401    404  200  200  200  200
api:campaign-constancy    GET   401    404  200  200  200  200
api:campaign-latent       GET   401    404  200  200  200  200
api:campaign-counts       GET   401    404  200  200  200  200
api:campaign-together     GET   401    404  200  200  200  200
api:campaign-retirement   GET   401    404  400  400  400  400
api:job-list              GET   401    200  200  200  200  200
api:job-detail            GET   401    404  200  200  200  200
api:job-cancel            POST  401    404  403  403  200  200
api:job-retry             POST  401    404  403  403  409  409
api:release-list          GET   200    200  200  200  200  200
api:release-detail        GET   404    404  200  200  200  200
api:round-list            GET   401    200  200  200  200  200
api:round-list            POST  401    404  403  403  403  201
api:round-candidates      POST  401    404  403  403  403  200
api:round-detail          GET   401    404  200  200  200  200
api:round-claims          POST  401    404  403  200  200  403
api:round-close           POST  401    404  403  403  403  200
api:round-places          GET   401    404  200  200  200  200
api:round-results         GET   401    404  403  403  403  200
api:round-watch           POST  401    404  403  403  204  204
api:round-remarks         GET   401    404  200  200  200  200
api:vote-list             POST  401    404  403  201  403  403
api:decision-list         GET   401    200  200  200  200  200
api:decision-list         POST  401    404  403  403  403  201
api:decision-withdraw     POST  401    404  404  404  404  201
api:remark-list           POST  401    404  403  201  403  403
api:remark-withdraw       POST  401    404  404  200  404  404
api:round-predictions     GET   401    404  404  404  404  404
api:model-list            GET   401    200  200  200  200  200
api:model-detail          GET   401    404  404  404  404  200
api:model-predictions     GET   401    404  404  404  404  200
api:token                 POST  400    400  400  400  400  400
api:schema                GET   200    200  200  200  200  200
api:docs                  GET   200    200  200  200  200  200
"""

# The administration is for curators and PIs of any team; `foreign` sees nothing of the world there, so a row is 404.
ADMIN_INSIDERS = "login 200 403 403 200 200"
ADMIN_ROW = "login 404 403 403 200 200"
ADMIN_MATRIX = f"""
admin:index         GET  {ADMIN_INSIDERS}
admin:app_list      GET  {ADMIN_INSIDERS}
admin:jsi18n        GET  {ADMIN_INSIDERS}
admin:autocomplete  GET  login 403 403 403 403 403
"""
# Models by what is open besides list, page and history: nothing, adding (sent: to the site's own form), changing.
ADMIN_MODELS = """
accounts_team           looked
accounts_membership     looked
jobs_job                looked
catalogs_galaxy         changed,sent
catalogs_mosaic         looked
catalogs_catalog        looked
catalogs_source         looked
labeling_schemeversion  added,shared
labeling_campaign       added,changed
labeling_round          looked
"""


def admin_rows() -> list[list[str]]:
    """Rows of the matrix for every page of every model of the administration."""
    made = []
    for model, words in rows(ADMIN_MODELS):
        row = ADMIN_INSIDERS if "shared" in words else ADMIN_ROW
        made += [f"admin:{model}_changelist {method} {ADMIN_INSIDERS}" for method in ("GET", "POST")]
        made += [f"admin:{model}_{page} GET {row}" for page in ("change", "history")]
        if "changed" in words:
            made.append(f"admin:{model}_change POST {row}")
        if "sent" in words:
            made += [f"admin:{model}_add {method} login 302 403 403 302 302" for method in ("GET", "POST")]
        if "added" in words:
            made += [f"admin:{model}_add {method} {ADMIN_INSIDERS}" for method in ("GET", "POST")]
    return rows("\n".join([*ADMIN_MATRIX.splitlines(), *made]))


# django-allauth's own pages: who is logged in is sent home from the pages that log in.
ACCOUNT_MATRIX = """
account_login                         GET   200    302  302  302  302  302
account_login                         POST  200    302  302  302  302  302
account_logout                        GET   302    200  200  200  200  200
account_logout                        POST  302    302  302  302  302  302
account_inactive                      GET   200    200  200  200  200  200
account_signup                        GET   200    302  302  302  302  302
account_signup                        POST  200    302  302  302  302  302
account_reauthenticate                GET   login  200  200  200  200  200
account_email                         GET   login  200  200  200  200  200
account_email_verification_sent       GET   200    200  200  200  200  200
account_change_password               GET   login  200  200  200  200  200
account_change_password               POST  login  200  200  200  200  200
account_set_password                  GET   login  302  302  302  302  302
account_reset_password                GET   200    200  200  200  200  200
account_reset_password_done           GET   200    200  200  200  200  200
account_confirm_login_code            GET   login  302  302  302  302  302
account_confirm_email                 GET   200    200  200  200  200  200
account_reset_password_from_key       GET   200    200  200  200  200  200
account_reset_password_from_key_done  GET   200    200  200  200  200  200
"""

# A published galaxy is everybody's to look at; its rounds and votes stay the team's.
PUBLISHED_MATRIX = """
galaxy              GET  200    200
catalogs            GET  200    200
export_catalog      GET  200    200
tile                GET  200    200
data_tile           GET  200    200
cutout              GET  200    200
region_file         GET  200    200
import_regions      POST login  403
api:region-list     POST 401    403
api:region-detail   GET  401    404
api:region-detail   PATCH 401   404
api:catalog-inside  GET  422    422
api:galaxy-stretch  PUT  401    200
source_evidence     GET  200    200
numbered_source     GET  302    302
releases            GET  200    200
make_release        POST login  403
release             GET  404    404
release_file        GET  404    404
publish_release     POST login  404
api:release-detail  GET  404    404
detect              GET  login  403
detect              POST login  403
job                 GET  login  404
api:job-detail      GET  401    404
import_catalog      POST login  403
new_round           GET  login  403
rounds              GET  login  404
campaign            GET  login  404
campaign_data       GET  login  404
campaign_cell       GET  login  404
campaign_report     GET  login  404
campaign_report_file GET login  404
api:campaign-detail    GET 401  404
api:campaign-dashboard GET 401  404
api:campaign-strata    GET 401  404
api:campaign-comparison GET 401 404
api:campaign-constancy GET 401  404
api:campaign-latent    GET 401  404
api:campaign-counts    GET 401  404
api:campaign-together  GET 401  404
api:campaign-retirement GET 401 404
round               GET  login  404
round_results       GET  login  404
votes_csv           GET  login  404
label               GET  login  404
adjudication        GET  login  404
decide              POST login  404
undo_decision       POST login  404
round_examples      GET  login  404
api:galaxy-detail   GET  200    200
api:galaxy-values   GET  422    422
api:catalog-detail  GET  200    200
api:catalog-places  GET  200    200
api:catalog-card    GET  422    422
api:source-detail   GET  200    200
api:source-evidence GET  200    200
api:round-list      POST 401    403
api:round-candidates POST 401   403
api:round-detail    GET  401    404
api:round-claims    POST 401    404
api:round-places    GET  401    404
api:round-results   GET  401    404
model                  GET  login  404
model_state            GET  login  404
pretrain               POST login  403
train                  POST login  403
import_predictions     POST login  403
api:round-predictions  GET  401    404
api:model-detail       GET  401    404
api:model-predictions  GET  401    404
api:round-remarks   GET  401    404
api:remark-withdraw POST 401    404
api:decision-list   POST 401    404
api:decision-withdraw POST 401  404
"""

# A published release is everybody's, also while the galaxy's image is not.
RELEASED_MATRIX = """
release             GET  200    200
release_file        GET  200    200
api:release-detail  GET  200    200
galaxy              GET  404    404
releases            GET  404    404
publish_release     POST login  403
withdraw_release    POST login  403
verify_release      POST login  403
make_release        POST login  404
"""

# The close code, or "joined", by address or, for the live socket, prefix of the topic. What is unknown is closed to everybody.
SOCKETS = """
live_socket/round    4404  4404  4403  4403  4403    joined
live_socket/jobs     4404  4404  joined  joined  joined  joined
live_socket/predictions       4404  4404  4403  4403  4403  joined
live_socket/roundpredictions  4404  4404  4404  4404  4404  4404
live_socket/unknown  4404  4404  4404  4404  4404    4404
no_such_socket       4404  4404  4404  4404  4404    4404
"""


def rows(matrix: str) -> list[list[str]]:
    return [line.split() for line in matrix.splitlines() if line.strip()]
