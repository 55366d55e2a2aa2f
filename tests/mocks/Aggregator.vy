# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Mock of a price aggregator
@license Apache-2.0
@notice Answers `latestRoundData()` with whatever a test set; anybody may set it.
"""


# What an aggregator may do instead of answering.
ANSWERING: constant(uint256) = 0
REVERTING: constant(uint256) = 1
BURNING: constant(uint256) = 2
TERSE: constant(uint256) = 3


decimals: public(uint256)
answer: public(int256)
round: public(uint256)
answered_in: public(uint256)
started_at: public(uint256)
updated_at: public(uint256)
mode: public(uint256)


@deploy
def __init__(decimals: uint256):
    """
    @notice An aggregator without an answer yet.
    @param decimals Of its answers.
    """
    self.decimals = decimals


@external
@view
def latestRoundData() -> (uint80, int256, uint256, uint256, uint80):
    """
    @notice Round, answer, started at, updated at, answered in round; or a fault.
    """
    assert self.mode != REVERTING, "aggregator: down"
    if self.mode == BURNING:
        sink: bytes32 = empty(bytes32)
        for i: uint256 in range(1_000_000):
            sink = keccak256(sink)
    if self.mode == TERSE:
        raw_revert(b"")
    return (
        convert(self.round, uint80),
        self.answer,
        self.started_at,
        self.updated_at,
        convert(self.answered_in, uint80),
    )


@external
def set_answer(answer: int256, updated_at: uint256):
    """
    @notice A new, complete round.
    @param answer At the aggregator's decimals.
    @param updated_at Seconds; zero for now.
    """
    self.round += 1
    self.answered_in = self.round
    self.answer = answer
    time: uint256 = updated_at
    if time == 0:
        time = block.timestamp
    self.started_at = time
    self.updated_at = time


@external
def set_round(round: uint256, answer: int256, started: uint256, updated: uint256, last: uint256):
    """
    @notice Any round, sound or not.
    @param round Round id.
    @param answer At the aggregator's decimals.
    @param started Seconds.
    @param updated Seconds.
    @param last Round in which it was answered.
    """
    self.round = round
    self.answer = answer
    self.started_at = started
    self.updated_at = updated
    self.answered_in = last


@external
def set_mode(mode: uint256):
    """
    @notice What it does when asked.
    @param mode 0 answers, 1 reverts, 2 burns its gas, 3 reverts without a reason.
    """
    self.mode = mode
