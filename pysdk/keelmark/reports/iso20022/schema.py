"""Validation of a message against an XSD that its user supplies; nothing is ever fetched.

Entities are refused, and so is every import or inclusion of a schema that was not given: all that
validation reads are the texts handed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from keelmark.errors import InputError

__all__ = ["validate"]


def validate(text: str, schemas: Mapping[str, str], namespace: str) -> str | None:
    """Validates a message.

    Args:
        text: the message.
        schemas: file's name to the schema's text, all that were given.
        namespace: target namespace of the message's schema.

    Returns:
        the name of the schema that it is valid against; None if none of them has the namespace.

    Raises:
        InputError: the message is not valid, or a schema is none; the text names the element.
    """
    try:
        xmlschema: Any = import_module("xmlschema")
    except ModuleNotFoundError:
        raise InputError(
            "xsd: validation needs the package xmlschema, which is not installed"
        ) from None
    for name, source in schemas.items():
        schema = _schema(xmlschema, name, source)
        if schema.target_namespace != namespace:
            continue
        try:
            error = next(iter(schema.iter_errors(_resource(xmlschema, text))), None)
        except xmlschema.XMLSchemaException as failed:
            raise InputError(f"xsd: {name} cannot be used, {_line(failed)}") from None
        if error is not None:
            where = error.path or "the message"
            raise InputError(f"xsd: {where} is not valid against {name}, {_line(error.reason)}")
        return name
    return None


def _schema(xmlschema: Any, name: str, source: str) -> Any:
    """A schema, from its text alone."""
    try:
        return xmlschema.XMLSchema(source, defuse="always", allow="none")
    except xmlschema.XMLSchemaException as error:
        raise InputError(f"xsd: {name} is no schema that stands alone, {_line(error)}") from None
    except (SyntaxError, ValueError) as error:
        raise InputError(f"xsd: {name} is no XML schema, {_line(error)}") from None


def _resource(xmlschema: Any, text: str) -> Any:
    return xmlschema.XMLResource(text.encode(), defuse="always", allow="none")


def _line(error: object) -> str:
    """The first line of an error's text, names without their namespace."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    return re.sub(r"\{[^}]*\}", "", lines[0]).rstrip(":.").replace(". ", ", ")
