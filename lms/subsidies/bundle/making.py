"""Makes a bundle from the first row to the last check: what a job and the command line both do."""

import hashlib
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lms.foundation.principal import Principal
from lms.subsidies import verify
from lms.subsidies.bundle import contents, gathering
from lms.subsidies.bundle.gathering import Order, Progress
from lms.subsidies.bundle.subject import Figures

STEPS = "正在等最近的记录封存", "正在核对原始记录", "正在写学时表和证明", "正在自己查一遍"


@dataclass(frozen=True)
class Made:
    """A finished bundle on disk, the sheet beside it, and what a page says about them."""

    bundle: Path
    sheet: Path
    figures: Figures
    checkpoint_size: int
    sealed_at: datetime
    skipped: int
    files: tuple[tuple[str, int], ...]


def make(order: Order, principal: Principal, folder: Path, progress: Progress) -> Made:
    """Seal, check every row, write, and verify as an auditor would; raises Refused where a row was changed.

    Opens its own transactions, short ones; `folder` is empty and the caller's to remove.
    """
    progress(0, 1, STEPS[0])
    of = gathering.seal(order.cohort_id)
    held = gathering.spool(order, principal, of, folder / "spool.jsonl", progress)
    gathering.refuse_other_root(held, of)
    progress(0, 1, STEPS[2])
    subject = gathering.subject(order, principal, held.policies)
    work = folder / "work"
    work.mkdir()
    bundle, sheet = folder / "bundle.zip", folder / "hours.xlsx"
    figures = contents.build(bundle, work, subject, of, held.records(), lambda at: gathering.prove(at, of.size))
    shutil.copyfile(work / "hours.xlsx", sheet)
    progress(0, 1, STEPS[3])
    _refuse_own_mistake(bundle)
    files = tuple((name, (work / name).stat().st_size) for name in contents.MEMBERS)
    return Made(bundle, sheet, figures, of.size, of.sealed_at, held.skipped, files)


def _refuse_own_mistake(bundle: Path) -> None:
    """Nothing leaves the house that the verifier would not let pass."""
    report = verify.verify_file(str(bundle))
    if report.problems:
        raise RuntimeError(f"the bundle does not verify: {report.problems[0].text()}")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
