"""Every error that the package raises because of what a user gave it.

All derive from `LineamentError`, so that one `except` catches them; each message says what was
got, what was expected and what to do.
"""


class LineamentError(Exception):
    """Base of all errors that a user of the package can mend."""


class ImageError(LineamentError):
    """A picture cannot be read: missing, empty, damaged, too large or of an unknown format."""


class RecordError(LineamentError):
    """A weight record is missing, malformed, or does not fit the network that it describes."""


class WeightError(LineamentError):
    """A weight's file is missing or its bytes are not those that the record promises."""


class EmbeddingError(LineamentError):
    """Embeddings that cannot be compared: of different weights, or of different sizes."""


class GalleryError(LineamentError):
    """A gallery's store is missing, in use, full, of another weight or key, or does not answer."""


class DeviceError(LineamentError):
    """The device asked for is unknown or not the one that would really run."""


class ConfigError(LineamentError):
    """A recipe or an option has an unknown key or a value out of range."""


class DataError(LineamentError):
    """A dataset's file is missing, malformed or contradicts itself."""
