"""The tables that only publishing writes."""

from lms.publishing.models.courses import Lesson, Package, PackageFile, PackageVersion, VersionDecision
from lms.publishing.models.life import ReviewComment, ReviewThread, Upload, UploadPiece, VersionStanding
from lms.publishing.models.training import (
    ConformingLesson,
    SyllabusImport,
    SyllabusItem,
    TrainingBank,
    TrainingDecision,
    TrainingLesson,
    TrainingPackage,
    TrainingRemark,
    TrainingSignature,
    TrainingVersion,
    UnifiedSyllabus,
)

__all__ = [
    "ConformingLesson",
    "Lesson",
    "Package",
    "PackageFile",
    "PackageVersion",
    "ReviewComment",
    "ReviewThread",
    "SyllabusImport",
    "SyllabusItem",
    "TrainingBank",
    "TrainingDecision",
    "TrainingLesson",
    "TrainingPackage",
    "TrainingRemark",
    "TrainingSignature",
    "TrainingVersion",
    "UnifiedSyllabus",
    "Upload",
    "UploadPiece",
    "VersionDecision",
    "VersionStanding",
]
