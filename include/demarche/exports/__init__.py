"""What an export consists of: which tables go into which files, the data package that describes them, the calendar.

Pure: the rows come from ``warehouse.exporting``, and ``steps.export`` brings both together.
"""

from demarche.exports.calendar import write_calendar
from demarche.exports.forms import FORMS, REMOVED, Form, Resource
from demarche.exports.package import Described, Package, write_package

__all__ = [
    "FORMS",
    "REMOVED",
    "Described",
    "Form",
    "Package",
    "Resource",
    "write_calendar",
    "write_package",
]
