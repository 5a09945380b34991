"""Pickling with an error that says what prevents it and what to do instead."""

from __future__ import annotations

import copy
import io
import pickle
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Self


class Pickled:
    """Base class of objects that hold objects of the user; copies and deep copies do not depend on pickle."""

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes. Raises TypeError if pickle, and cloudpickle if it is loaded, cannot save them."""
        try:
            pickle.Pickler(_Nowhere()).dump(self.__dict__)
        except Exception as error:  # the user's classes may raise anything
            if not any(_can_save(module, self.__dict__) for name, module in [*sys.modules.items()] if _is_cloud(name)):
                raise TypeError(
                    f"this {type(self).__name__} cannot be pickled: {error}; define functions and classes at the top "
                    "level of a module, or save its recording with history.save(path)"
                ) from error
        return self.__dict__

    def __copy__(self) -> Self:
        new = object.__new__(type(self))
        new.__dict__.update(self.__dict__)
        return new

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        memo[id(self)] = new = object.__new__(type(self))
        new.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return new


class _Nowhere(io.RawIOBase):
    def write(self, data: Any) -> int:
        return len(data)


def _is_cloud(name: str) -> bool:
    return name.rpartition(".")[2] == "cloudpickle"  # joblib brings its own


def _can_save(module: Any, value: object) -> bool:
    try:
        module.CloudPickler(_Nowhere()).dump(value)
    except Exception:  # noqa: BLE001 - then it cannot
        return False
    return True
