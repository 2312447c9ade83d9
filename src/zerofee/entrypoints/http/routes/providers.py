"""The catalogue: what each installed provider can do."""

from litestar import get
from litestar.types import ASGIApp

from zerofee.entrypoints.http.call import Call
from zerofee.entrypoints.http.needs import public
from zerofee.entrypoints.http.reply import json_reply
from zerofee.entrypoints.http.wire.catalogue import ProviderBody
from zerofee.entrypoints.http.wire.pages import PageBody
from zerofee.entrypoints.http.wire.showing import ENCODER


@get("/v1/providers", opt=public(gives={200: PageBody[ProviderBody]}))
async def list_providers(request: Call) -> ASGIApp:
    """
    List the installed providers.

    Each with its ways to pay, countries, currencies, operations, and the credentials that connect an app to it.
    All of them stand on one page.
    """
    shown = [ProviderBody.of(capabilities) for capabilities in request.services.providers.catalogue()]
    return json_reply(ENCODER.encode(PageBody(data=shown, has_more=False, next_cursor=None)))
