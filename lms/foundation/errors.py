"""Refusals, each with a sentence in Chinese that says what to do."""


class LMSError(Exception):
    """A refusal that a person or a machine is told about: `status`, `code` and a Chinese sentence."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str = "", *, code: str | None = None, field: str | None = None) -> None:
        self.sentence = sentence or self.default
        self.code = code or type(self).code
        self.field = field
        super().__init__(self.sentence)

    default = "这一步没有办成，回去看看填的内容，再试一次"


class Refused(LMSError):
    """What was sent in cannot be accepted as it is (422)."""

    status = 422


class NotSignedIn(LMSError):
    """Nobody is signed in, or the session has ended (401)."""

    status = 401
    code = "not_signed_in"
    default = "请先登录，登录后接着做刚才的事"


class NotFound(LMSError):
    """Absent, or not this person's to see: the two are told alike (404)."""

    status = 404
    code = "not_found"
    default = "没有找到这一页，或者它不归你管"


class Conflict(LMSError):
    """Somebody was quicker, or the state has moved on (409)."""

    status = 409
    code = "conflict"
    default = "这件事刚才已经有变化，刷新看看最新的情况"


class TooLarge(LMSError):
    """More bytes than this address takes (413)."""

    status = 413
    code = "too_large"
    default = "文件太大了，请按页面上写的大小再选一个"


class TooMany(LMSError):
    """Too many tries in a short time (429)."""

    status = 429
    code = "too_many"
    default = "试得太快了，歇一会儿再来"


class Unavailable(LMSError):
    """Something the platform needs is not answering (503)."""

    status = 503
    code = "unavailable"
    default = "我们这边出了问题，你学过的都在。过几分钟再打开"
