"""SCOs of our own: a page of each standard that keeps its place in memory and saves it only while it is being left."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from socket import socket
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from lms.app import create_wsgi

_SCO = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>SCO</title><h1>育秧</h1>
<p>位置 <b id="place">?</b>，进入 <b id="entry">?</b></p><button id="next">下一页</button><button id="finish">交卷</button>
<script>
const NAMES = %(names)s;
let api = null;
for (let at = window; !api && at.parent !== at;) { at = at.parent; api = at[NAMES.api] || null; }
const call = (name, ...words) => api[NAMES.prefix + name](...words);
let place = 1, open = api !== null;
function leave() {
  if (!open) return;
  open = false;
  call('SetValue', NAMES.place, String(place));
  call('SetValue', 'cmi.suspend_data', '第' + place + '页' + %(filling)s);
  call('SetValue', NAMES.exit, 'suspend');
  call('%(end)s', '');
}
if (open) {
  call('Initialize', '');
  place = Number(call('GetValue', NAMES.place) || 1);
  document.getElementById('entry').textContent = call('GetValue', NAMES.entry);
  addEventListener('pagehide', leave);
  document.getElementById('next').onclick = () => { place += 1; document.getElementById('place').textContent = place; };
  document.getElementById('finish').onclick = () => {
    for (const [name, value] of NAMES.passed) call('SetValue', name, value);
    call('SetValue', NAMES.exit, NAMES.normal);
    call('%(end)s', '');
    open = false;
    document.getElementById('place').textContent = '完';
  };
}
document.getElementById('place').textContent = open ? place : '没有 API';
</script></html>"""

_NAMES = {
    "scorm12": """{api: 'API', prefix: 'LMS', place: 'cmi.core.lesson_location', exit: 'cmi.core.exit', normal: '',
      entry: 'cmi.core.entry', passed: [['cmi.core.score.raw', '90'], ['cmi.core.lesson_status', 'passed']]}""",
    "scorm2004": """{api: 'API_1484_11', prefix: '', place: 'cmi.location', exit: 'cmi.exit', normal: 'normal',
      entry: 'cmi.entry', passed: [['cmi.score.scaled', '0.9'], ['cmi.completion_status', 'completed'], ['cmi.success_status', 'passed']]}""",
}
_END = {"scorm12": "Finish", "scorm2004": "Terminate"}


_SAME = "'x'.repeat({})"
# Letters that no zipping makes short.
_NOISE = (
    "Array.from({{length: {}}}, (_, i) => String.fromCharCode(0x4e00 + (i * i * 7919 + i * 104729) % 20000)).join('')"
)


def sco(standard: str, length: int = 0, noise: bool = False) -> bytes:
    """A SCO; `length` letters more of suspend_data, which a beacon carries once they are zipped, or (`noise`) never."""
    filling = (_NOISE if noise else _SAME).format(length)
    return (_SCO % {"names": _NAMES[standard], "filling": filling, "end": _END[standard]}).encode()


# What the lesson's page does, and no more: it frames the shell.
_FRAME = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>课</title><iframe src="{}" style="width:100%;height:90vh"></iframe>'


@contextmanager
def served(app: Flask) -> Iterator[int]:
    """The platform on a port of its own, with real commits; /framed?URL on its app host frames an address. Gives the port."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = replace(
        app.config["LMS"],
        port=port,
        app_origin=f"http://app.lms.localhost:{port}",
        content_origin=f"http://content.lms.localhost:{port}",
    )
    house = create_wsgi(settings)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/framed":
            return house(environ, start)  # type: ignore[no-any-return]
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [_FRAME.format(environ["QUERY_STRING"]).encode()]

    server = make_server("127.0.0.1", port, answer, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
