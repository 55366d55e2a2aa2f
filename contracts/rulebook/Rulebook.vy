# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Rulebook
@license Apache-2.0
@notice Every threshold, haircut and cap that the contracts of this project hard-code,
        readable by id with its unit, its status and its legal source. It has no
        storage, no constructor and no immutable: nobody can change it, and one code
        hash compares the rulebooks of two chains. A new rule set is a new contract.
        Anyone may read; there is nothing to write.
@dev    Compiled without metadata, so that a comment does not move its address. The
        table and its digest come from the same constants that a clearing house
        compiles in.
"""


from ..interfaces import IRulebook
implements: IRulebook


from ..modules import rule_table


@external
@view
def rule(id: bytes32) -> IRulebook.Rule:
    """
    @notice One rule by its id. Anyone.
    @dev Reverts with "rulebook: unknown rule" if there is none.
    @param id The rule's name in ASCII, left-aligned, padded with zero bytes.
    @return The rule.
    """
    ids: bytes32[rule_table.COUNT] = self._ids()
    for i: uint256 in range(rule_table.COUNT):
        if ids[i] == id:
            return self._rule_at(i)
    raise "rulebook: unknown rule"


@external
@view
def rule_count() -> uint256:
    """
    @notice How many rules there are. Anyone.
    @return The number of rules.
    """
    return rule_table.COUNT


@external
@view
def rule_at(index: uint256) -> IRulebook.Rule:
    """
    @notice One rule by its place in ascending order of ids. Anyone.
    @dev Reverts with "rulebook: no such index" beyond the last rule.
    @param index From zero to `rule_count()` less one.
    @return The rule.
    """
    assert index < rule_table.COUNT, "rulebook: no such index"
    return self._rule_at(index)


@external
@view
def digest() -> bytes32:
    """
    @notice One hash over every rule, computed from the table at each call. Anyone.
    @dev record = keccak256(id || value || keccak256(unit) || status || keccak256(source)),
         digest' = keccak256(digest || record), from zero, in ascending order of ids.
    @return The digest, which the SDK recomputes from its own corpus.
    """
    ids: bytes32[rule_table.COUNT] = self._ids()
    values: uint256[rule_table.COUNT] = self._values()
    tags: uint256[rule_table.COUNT] = self._tags()
    head: bytes32 = empty(bytes32)
    for i: uint256 in range(rule_table.COUNT):
        record: bytes32 = keccak256(
            concat(
                ids[i],
                convert(values[i], bytes32),
                keccak256(rule_table._unit(self._unit_code(tags[i]))),
                convert(self._status(tags[i]), bytes32),
                keccak256(rule_table._source(self._source_code(tags[i]))),
            )
        )
        head = keccak256(concat(head, record))
    return head


@internal
@pure
def _rule_at(_index: uint256) -> IRulebook.Rule:
    """
    @notice Puts one rule together from the columns of the table.
    @param _index Its place, below the number of rules.
    @return The rule.
    """
    ids: bytes32[rule_table.COUNT] = self._ids()
    values: uint256[rule_table.COUNT] = self._values()
    tags: uint256[rule_table.COUNT] = self._tags()
    tag: uint256 = tags[_index]
    return IRulebook.Rule(
        id=ids[_index],
        value=convert(values[_index], int256),
        unit=rule_table._unit(self._unit_code(tag)),
        status=self._status(tag),
        source=rule_table._source(self._source_code(tag)),
    )


@internal
@pure
def _ids() -> bytes32[rule_table.COUNT]:
    """
    @notice The column of ids.
    @dev Each column is loaded in one function only: a constant list is written out in
         code wherever it is used, and two copies would pass the size limit.
    @return Every id, ascending.
    """
    return rule_table.IDS


@internal
@pure
def _values() -> uint256[rule_table.COUNT]:
    """
    @notice The column of values.
    @return Every value, in the order of ids.
    """
    return rule_table.VALUES


@internal
@pure
def _tags() -> uint256[rule_table.COUNT]:
    """
    @notice The column of tags.
    @return Every tag, in the order of ids.
    """
    return rule_table.TAGS


@internal
@pure
def _unit_code(_tag: uint256) -> uint256:
    """
    @notice The unit code of a row.
    @param _tag A row of `rule_table.TAGS`.
    @return The code.
    """
    return _tag % 100


@internal
@pure
def _status(_tag: uint256) -> uint256:
    """
    @notice The status of a row.
    @param _tag A row of `rule_table.TAGS`.
    @return From 1 to 4.
    """
    return _tag // 100 % 100


@internal
@pure
def _source_code(_tag: uint256) -> uint256:
    """
    @notice The source code of a row.
    @param _tag A row of `rule_table.TAGS`.
    @return The code.
    """
    return _tag // 10_000
