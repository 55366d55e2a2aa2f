"""The event reader: ranges that a provider bears, reorganisations, and the report chain."""

import pytest

from keelmark.bindings import Supervision
from keelmark.chain import Signer, connect
from keelmark.chain.compiler import compile_contract
from keelmark.chain.operations import BlockHeader, GetBlock, GetLogs, RawLog
from keelmark.errors import InputError, NoSuchBlock, Reorganised, RpcRefused
from keelmark.ledger.reader import read_logs, read_roots
from keelmark.proofs.report_chain import verify
from tests.conftest import find
from tests.support.parties import lei_text, lei_word

ADDRESS = "0x" + "11" * 20
KEY = bytes.fromhex("99" * 32)


class Provider:
    """A chain of 1,000 blocks with a log in every third, and a provider's moods."""

    def __init__(self, most=10**9, refusals=(), replaced=0):
        self.most = most
        self.refusals = list(refusals)
        self.replaced = replaced
        self.asked = []
        self.branch = b"a"

    def hash(self, number):
        return self.branch + number.to_bytes(31, "big")

    def answer(self, request):
        if isinstance(request, GetBlock):
            if request.block in ("safe", "finalized"):
                number = {"safe": 990, "finalized": 900}[request.block]
            else:
                number = 999 if request.block == "latest" else request.block
            return BlockHeader(number, self.hash(number), b"", 5_000 + number)
        assert isinstance(request, GetLogs)
        self.asked.append((request.first_block, request.last_block))
        if request.last_block - request.first_block + 1 > self.most:
            raise RpcRefused("rpc: query returned too much", -32005)
        if self.refusals:
            raise self.refusals.pop(0)
        logs = tuple(
            RawLog(ADDRESS, (b"t" * 32,) * 3, b"", number, self.hash(number), b"", 0, 0)
            for number in range(request.first_block, request.last_block + 1)
            if number % 3 == 0
        )
        if self.replaced:
            self.replaced -= 1
            self.branch = bytes([self.branch[0] + 1])
        return logs


def run(operation, provider):
    """Drives an operation against the provider."""
    outcome, failure = None, None
    try:
        while True:
            request = operation.throw(failure) if failure else operation.send(outcome)
            outcome, failure = None, None
            try:
                outcome = provider.answer(request)
            except Exception as error:
                failure = error
    except StopIteration as stop:
        return stop.value


@pytest.mark.parametrize("most", [1, 2, 7, 64, 999, 10**9])
def test_every_row_once_whatever_the_provider_bears(most):
    provider = Provider(most=most)
    reading = run(read_logs([ADDRESS]), provider)
    assert [row.log.block_number for row in reading.rows] == list(range(0, 1000, 3))
    assert len({row.key for row in reading.rows}) == 334
    assert all(row.block_time == 5_000 + row.log.block_number for row in reading.rows)
    answered = [pair for pair in provider.asked if pair[1] - pair[0] + 1 <= most]
    assert sum(last - first + 1 for first, last in answered) == 1000


def test_the_range_grows_again():
    provider = Provider(refusals=[RpcRefused("rpc: busy", -32603)] * 3)
    run(read_logs([ADDRESS], blocks=64), provider)
    widths = [last - first + 1 for first, last in provider.asked]
    assert widths[:5] == [64, 32, 16, 8, 16]


def test_a_refusal_of_one_block_is_not_swallowed():
    with pytest.raises(RpcRefused):
        run(read_logs([ADDRESS]), Provider(most=0))


def test_blocks_replaced_while_reading_are_read_again():
    reading = run(read_logs([ADDRESS], 0, 500), Provider(replaced=1, most=10**9))
    assert {row.log.block_hash[:1] for row in reading.rows} == {b"b"}
    assert len(reading.rows) == 167


def test_a_chain_that_keeps_changing_is_refused():
    with pytest.raises(Reorganised):
        run(read_logs([ADDRESS]), Provider(replaced=100))


def test_a_replaced_head_refuses_the_reading():
    class Late(Provider):
        def closing(self):
            self.times = getattr(self, "times", 0) + 1
            # Block 999 has a log: it is asked for with its row, and again at the end.
            return self.times % 2 == 0

        def answer(self, request):
            if isinstance(request, GetBlock) and request.block == 999:
                header = super().answer(request)
                return BlockHeader(999, b"z" * 32, b"", header.time) if self.closing() else header
            return super().answer(request)

    with pytest.raises(Reorganised, match="block 999"):
        run(read_logs([ADDRESS]), Late())


def test_finality_as_the_chain_says():
    reading = run(read_logs([ADDRESS]), Provider())
    found = [reading.finality(number) for number in (900, 901, 990, 991)]
    assert found == ["finalized", "safe", "safe", "latest"]


def test_progress_ends_at_the_end():
    told = []
    run(read_logs([ADDRESS], blocks=100, progress=lambda *now: told.append(now)), Provider())
    assert told[-1] == (1000, 1000, 334)
    assert told == sorted(told)


def test_columns_have_one_length():
    reading = run(read_logs([ADDRESS], 0, 8), Provider())
    table = reading.columns()
    assert {len(column) for column in table.values()} == {3}
    assert table["block_number"] == [0, 3, 6]
    assert table["block_time"] == [5_000, 5_003, 5_006]


@pytest.mark.parametrize(
    ("addresses", "first", "last", "blocks", "told"),
    [
        ([], 0, None, 10, "addresses"),
        ([ADDRESS], 5, 4, 10, "first_block"),
        ([ADDRESS], 0, None, 0, "blocks"),
    ],
)
def test_questions_without_sense(addresses, first, last, blocks, told):
    with pytest.raises(InputError, match=told):
        run(read_logs(addresses, first, last, blocks=blocks), Provider())


def supervision_on(reading):
    """Supervision on a chain; its constructor reports a role and a mandate."""
    signer = Signer.from_key(KEY)
    reading.local.fund(signer.address)
    chain = reading.signing(signer)
    code = compile_contract(find("supervision/Supervision")).bytecode
    made = chain.run(
        Supervision.create(
            code,
            convenor=chain.address,
            authority="0x" + "22" * 20,
            identifier=lei_word(lei_text(1)),
            jurisdiction=b"DE",
            powers=1,
            until=2**32 - 1,
        )
    )
    return chain, Supervision(made.contract)


def check_reading(chain, supervision):
    reading = chain.run(read_logs([supervision.address], 0, blocks=1))
    roots = chain.run(read_roots([supervision.address], reading.head.number))
    verify(reading.chain_logs(supervision.address), roots[supervision.address])
    events = reading.events()
    assert [event.name for event in events] == ["RoleAccepted", "MandateGranted"]
    assert {event.timestamp for event in events} == {chain.block(events[0].block_number).time}
    return reading


def test_the_embedded_chain_is_read_and_verified():
    chain, supervision = supervision_on(connect())
    reading = check_reading(chain, supervision)
    assert reading.finality(0) == "latest"
    with pytest.raises(InputError, match="not among"):
        reading.chain_logs(ADDRESS)


def test_anvil_is_read_and_verified(anvil):
    with anvil.undone():
        chain, supervision = supervision_on(anvil)
        reading = check_reading(chain, supervision)
        mine = [(row.log.topics, row.log.data, row.log.block_number) for row in reading.rows]
    chain, supervision = supervision_on(connect())
    other = check_reading(chain, supervision)
    assert mine == [(row.log.topics, row.log.data, row.log.block_number) for row in other.rows]


def test_a_range_past_the_head():
    chain, supervision = supervision_on(connect())
    with pytest.raises(NoSuchBlock):
        chain.run(read_logs([supervision.address], 0, 10_000))
