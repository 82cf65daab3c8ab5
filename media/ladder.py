"""Which smaller files are worth making of a video, and how they are encoded. Plain data; nothing is run here.

Bit rates are those of packages.md 5, lower where a village line is the measure; key frames two seconds apart, so that a
seek on a phone waits for no more than that.
"""

from dataclasses import dataclass, replace

KEY_SECONDS = 2
MOST_FRAMES = 25
# So much larger than a rung must a picture be that has no more lines; so much of a rung's bits it must have at all: slides
# that stand still take less than any smaller file with a key frame every two seconds.
WORTH = 1.25
LEAST = 0.5
# What is not at least so much smaller than its source is no choice.
SMALLER = 0.9
SHARE_OF_SOUND = 0.6
LEAST_SOUND = 16_000


@dataclass(frozen=True)
class Rung:
    """One file to make: its name, the short side of its picture (0: none), the most bits a second of picture, and its sound's."""

    kind: str
    height: int
    picture_bits: int
    sound_bits: int
    quality: int = 0
    channels: int = 1

    @property
    def bits(self) -> int:
        """The most bits a second of the whole."""
        return self.picture_bits + self.sound_bits


CLEAR = Rung("480p", 480, 500_000, 64_000, quality=26, channels=2)
SPARING = Rung("240p", 240, 180_000, 40_000, quality=29)
SOUND = Rung("audio", 0, 0, 40_000)


def rungs_for(width: int, height: int, bitrate: int) -> tuple[Rung, ...]:
    """The files worth making of a picture this large at this many bits a second: smaller in lines or in bits; sound always."""
    side = min(width, height)
    known = [rung for rung in (CLEAR, SPARING) if bitrate > rung.bits * LEAST]
    pictures = [rung for rung in known if side > rung.height or bitrate > rung.bits * WORTH]
    return (*pictures, sound_of(bitrate))


def sound_of(bitrate: int) -> Rung:
    """The sound alone, never at more bits than leave it well below the whole."""
    bits = max(LEAST_SOUND, min(SOUND.sound_bits, int(bitrate * SHARE_OF_SOUND)))
    return replace(SOUND, sound_bits=bits)


def scale_of(rung: Rung) -> str:
    """The filter that makes the short side no longer than the rung's, and both even."""
    side = rung.height
    return f"scale=w='if(gt(iw,ih),-2,min({side},trunc(iw/2)*2))':h='if(gt(iw,ih),min({side},trunc(ih/2)*2),-2)':flags=bicubic"
