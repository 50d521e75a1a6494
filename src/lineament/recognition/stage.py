"""One stage of a recognition recipe: the margin, what is changed in pictures, what counts more."""

from __future__ import annotations

from pydantic import Field, model_validator

from lineament.recognition.dpap import DpapOptions
from lineament.recognition.ehsm import EhsmOptions
from lineament.recognition.face_augment import CutMixOptions, MixupOptions
from lineament.recognition.hard_samples import FocalOptions, HardSampleOptions
from lineament.recognition.margins import ArcFaceOptions, MarginOptions
from lineament.recognition.prepared import FaceAugmentOptions
from lineament.strict import Strict
from lineament.training.augmentation.options import Augmentation, Straying
from lineament.training.config import Stage

FLIP = Augmentation(straying=Straying(mirror=0.5))
"""What TransFace does to pictures, apart from DPAP: half of them are mirrored."""


class MetricLoss(Strict):
    """Losses of distances beside the classifier or in its place.

    Attributes:
        identity: weight of the classifier's softmax; 0 leaves it out.
        triplet: weight of the batch-hard triplet loss.
        triplet_margin: see `metric_losses.batch_hard_triplet`.
        contrast: weight of the supervised contrastive loss.
        temperature: see `metric_losses.supervised_contrast`.
        centre: weight of the centre loss.
        centre_rate: see `metric_losses.CentreLoss`.
    """

    identity: float = Field(ge=0, default=1.0)
    triplet: float = Field(ge=0, default=0.0)
    triplet_margin: float = Field(ge=0, default=0.3)
    contrast: float = Field(ge=0, default=0.0)
    temperature: float = Field(gt=0, default=0.1)
    centre: float = Field(ge=0, default=0.0)
    centre_rate: float = Field(ge=0, le=1, default=0.5)


class RecognitionStage(Stage):
    """A stage of a recognition recipe; all stages train one network and one set of centres.

    Attributes:
        augmentation: on the CPU, of each crop.
        margin: of the classifier.
        sample_rate: share of the classes that a step uses, see `partial_fc.PartialFC`.
        dpap, ehsm: of TransFace; absent: without.
        hard_samples: another way to let hard samples count, in place of EHSM.
        face_augment: another change of pictures on the device, in place of DPAP.
        losses: weights of the terms.
        per_person: so many pictures of one person stand in a batch, for triplets and contrast.
    """

    augmentation: Augmentation = FLIP
    margin: MarginOptions = ArcFaceOptions()
    sample_rate: float = Field(gt=0, le=1, default=1.0)
    dpap: DpapOptions | None = None
    ehsm: EhsmOptions | None = None
    hard_samples: HardSampleOptions | None = None
    face_augment: FaceAugmentOptions | None = None
    losses: MetricLoss = MetricLoss()
    per_person: int | None = Field(ge=2, default=None)

    @model_validator(mode="after")
    def _fits(self) -> RecognitionStage:
        if not (self.losses.identity or self.losses.triplet or self.losses.contrast):
            raise ValueError(
                "losses.identity, losses.triplet and losses.contrast are all 0, so that people are "
                "not told apart"
            )
        for name in ("triplet", "contrast"):
            if getattr(self.losses, name) and not self.per_person:
                raise ValueError(f"losses.{name} needs per_person, such as 4, for its positives")
        if self.hard_samples is not None and self.ehsm is not None:
            raise ValueError("ehsm and hard_samples both weigh the samples; give one of them")
        mixes = isinstance(self.face_augment, MixupOptions | CutMixOptions)
        if isinstance(self.hard_samples, FocalOptions) and mixes:
            raise ValueError("focal reads probabilities off plain losses, not off mixed pictures")
        if self.sample_rate < 1 and self.optimiser.kind != "adamw":
            raise ValueError("a sample_rate below 1 needs optimiser.kind = adamw, by rows")
        if self.face_augment is not None and self.dpap is not None:
            raise ValueError("dpap and face_augment both change the pictures; give one of them")
        return self
