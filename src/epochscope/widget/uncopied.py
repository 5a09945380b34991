"""Objects of a kernel, which cannot be copied or pickled; the error says what can."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn


class Uncopied:
    """Base class of objects whose copies would share a run, and of which no other process has a use."""

    #: What to do instead, for the error message.
    instead: ClassVar[str]

    def __copy__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} belongs to its kernel, so it cannot be copied or pickled; {self.instead}"
        )

    def __deepcopy__(self, memo: Any) -> NoReturn:
        self.__copy__()

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self.__copy__()
