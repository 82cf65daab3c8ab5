"""Mandarin narration by eSpeak NG, whose library and voices come in the wheel espeakng-loader.

Sound is 16-bit mono PCM at `rate` samples a second. The library keeps one voice for the whole process: one Narrator at a time.
"""

import ctypes
from types import TracebackType

import espeakng_loader

_AUDIO_RETRIEVAL = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_CHARS_UTF8, _PHONEMES = 1, 0x100
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class SpeechFailed(Exception):
    """The speech library did not start or did not speak."""


class Narrator:
    """Reads Chinese aloud; use it in a with statement."""

    def __init__(self, voice: str = "cmn", words_a_minute: int = 165) -> None:
        self._library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
        self._sound = bytearray()
        self._hear = _Callback(self._take)  # kept here: the library holds only its address
        self.rate = int(
            self._library.espeak_Initialize(_AUDIO_RETRIEVAL, 0, str(espeakng_loader.get_data_path()).encode(), 0)
        )
        if self.rate <= 0:
            raise SpeechFailed("the speech library did not start")
        self._library.espeak_SetSynthCallback(self._hear)
        if self._library.espeak_SetVoiceByName(voice.encode()):
            raise SpeechFailed(f"there is no voice named {voice}")
        for parameter, value in ((_RATE, words_a_minute), (_PITCH, 42), (_RANGE, 55)):
            self._library.espeak_SetParameter(parameter, value, 0)

    def __enter__(self) -> "Narrator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.espeak_Terminate()

    def read(self, text: str) -> bytes:
        """The sound of one sentence, silence at its end cut off."""
        self._sound.clear()
        words = text.encode() + b"\0"
        failed = self._library.espeak_Synth(words, len(words), 0, 0, 0, _CHARS_UTF8 | _PHONEMES, None, None)
        if failed or self._library.espeak_Synchronize() or not self._sound:
            raise SpeechFailed(f"could not read aloud: {text}")
        return trimmed(bytes(self._sound))

    def silence(self, ms: int) -> bytes:
        """Nothing, for so many milliseconds."""
        return bytes(2 * (self.rate * ms // 1000))

    def ms(self, sound: bytes | int) -> int:
        """How long a piece of sound (or so many bytes of it) lasts."""
        return (sound if isinstance(sound, int) else len(sound)) * 500 // self.rate

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, count * 2)
        return 0


def trimmed(sound: bytes) -> bytes:
    """Sound without the near-silence at its end."""
    samples = memoryview(sound).cast("h")
    end = len(samples)
    while end and -60 < samples[end - 1] < 60:
        end -= 1
    return sound[: 2 * end]
