"""`keelmark deploy`: the plan first, then, if it is confirmed, the plan made real."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keelmark.cli.output import printable
from keelmark.errors import InputError

if TYPE_CHECKING:
    from keelmark.chain import Chain
    from keelmark.chain.compiler import Artefact
    from keelmark.chain.signer import TransactionSigner
    from keelmark.deploy import Deployment
    from keelmark.deploy.act import Notice, Settings
    from keelmark.deploy.chains import KnownChain
    from keelmark.deploy.proposal import Proposal

ChainName = Annotated[
    str,
    typer.Option("--chain", help="Name of a chain, as in the lists of chains, or a node's URL."),
]
HouseFile = Annotated[Path, typer.Option("--house", help="The house: a TOML file.")]
Account = Annotated[
    str | None,
    typer.Option(
        "--account",
        help="Who pays: an encrypted key file, env or env:NAME, or the URL of a signer.",
    ),
]
SenderAddress = Annotated[
    str | None,
    typer.Option("--sender", help="Which address the account must be; alone enough for a dry run."),
]
Rpc = Annotated[str | None, typer.Option("--rpc", help="URL of a node, where --chain is a name.")]
Folder = Annotated[
    Path, typer.Option("--deployments", help="Folder of the manifests, by chain id and system.")
]
MaxFee = Annotated[
    float | None,
    typer.Option(
        "--max-fee",
        help="Gwei a gas, at most; above it the deployment waits. Ten times the plan's without it.",
    ),
]
Confirmations = Annotated[
    int, typer.Option("--confirmations", help="Blocks that must hold a contract before it counts.")
]
Poll = Annotated[float, typer.Option("--poll", help="Seconds between two looks at the chain.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Plan and simulate; nothing is signed.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON for a program.")]

_HELP = """Deploy a house through the deterministic factory: the same plan, the same addresses
everywhere.

The plan is printed first: contracts, arguments, addresses, code hashes, roles and holders, gas and
cost, and what is there already; it is simulated before anything is signed. A deployment that was
stopped goes on where it was when it is run again. The key is in an encrypted file, whose password
is asked for, or read from KEELMARK_KEYFILE_PASSWORD or the file descriptor named by
KEELMARK_KEYFILE_PASSWORD_FD; or in an environment variable; or behind the URL of a signer.
"""


def register(root: typer.Typer) -> None:
    """Add the command to the command line."""
    root.command("deploy", help=_HELP)(deploy)


def deploy(
    chain: ChainName,
    house: HouseFile,
    account: Account = None,
    sender: SenderAddress = None,
    rpc: Rpc = None,
    deployments: Folder = Path("deployments"),
    max_fee: MaxFee = None,
    confirmations: Confirmations = 1,
    poll: Poll = 2.0,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Plans, simulates, asks, acts, and writes the manifest."""
    from keelmark.chain import connect
    from keelmark.cli.deploy_words import print_proposal, proposal_body
    from keelmark.deploy.chains import chain_behind, endpoint
    from keelmark.deploy.house_file import read_house
    from keelmark.deploy.kit import artefacts
    from keelmark.deploy.proposal import propose
    from keelmark.deploy.simulate import simulate

    settings = _settings(max_fee, confirmations, poll)
    plan = read_house(house)
    known, url = endpoint(chain, rpc)
    node = connect(url)
    chain_id = node.chain_id()
    known = chain_behind(known, chain_id)
    path = deployments / str(chain_id) / f"{plan.system}.json"
    earlier = _earlier(path, chain_id)
    signer, payer = _payer(account, sender, dry_run)
    compiled = artefacts()
    proposal = node.run(propose(plan, compiled, payer))
    if earlier is not None:
        _check_earlier(node, earlier, proposal, path)
    if proposal.missing and not proposal.refusals:
        proposal = proposal.with_gas(simulate(node, proposal.missing, payer), settings.max_fee)
    settings = _capped(settings, proposal)
    if not as_json:
        print_proposal(proposal, known, settings.max_fee)
    elif dry_run or proposal.refusals:
        typer.echo(json.dumps(proposal_body(proposal, known, settings.max_fee), indent=1))
    proposal.check()
    if dry_run or signer is None:
        _say("a dry run; nothing was sent", as_json)
        return
    if proposal.missing and not yes:
        _confirm(proposal, known)
    _act(node, signer, proposal, compiled, settings, path, earlier, as_json)


def _settings(max_fee: float | None, confirmations: int, poll: float) -> Settings:
    from keelmark.deploy.act import Settings

    if max_fee is not None and not isfinite(max_fee):
        raise InputError(f"max_fee: {max_fee} is no number of gwei, expected one above 0")
    wei = None if max_fee is None else round(max_fee * 10**9)
    return Settings(max_fee=wei, confirmations=confirmations, poll_seconds=poll)


_TIMES = 10
"""How many times the plan's price is paid at most where no cap is given."""


def _capped(settings: Settings, proposal: Proposal) -> Settings:
    """Settings with a cap: whoever agrees to a plan does not agree to any price that a node may
    name afterwards."""
    from keelmark.deploy.act.fees import first_price

    offered = first_price(proposal.fees, None)
    if settings.max_fee is not None or offered is None:
        return settings
    return replace(settings, max_fee=max(10**9, _TIMES * offered.max_fee))


def _earlier(path: Path, chain_id: int) -> Deployment | None:
    """The manifest that is there, if one is."""
    from keelmark.deploy import read_manifest

    return read_manifest(path, chain_id=chain_id) if path.exists() else None


def _check_earlier(chain: Chain, earlier: Deployment, proposal: Proposal, path: Path) -> None:
    from keelmark.deploy.record import check_earlier

    chain.run(check_earlier(earlier, proposal, path))


def _payer(
    account: str | None, sender: str | None, dry_run: bool
) -> tuple[TransactionSigner | None, str]:
    """Who signs, and for which address; a dry run needs the address only.

    Raises:
        InputError: the account is none, is locked or is another address than the sender.
    """
    from eth_utils.address import is_address, to_checksum_address

    if sender is not None and not is_address(sender):
        raise InputError(
            "--sender: expected an address, 0x and 40 digits, with the right capitals if it has any"
        )
    if dry_run:
        found = sender or _address_in(account)
        if found is not None:
            return None, str(to_checksum_address(found))
    if account is None:
        missing = "--account or --sender" if dry_run else "--account"
        raise InputError(f"{missing}: expected who pays")
    from keelmark.chain.accounts import open_signer

    signer = open_signer(account, sender=sender)
    return signer, signer.address


def _address_in(account: str | None) -> str | None:
    """The address that a key file tells without its password; None if there is none."""
    from eth_utils.address import is_address

    if account is None or account.startswith(("env", "http://", "https://")):
        return None
    try:
        body = json.loads(Path(account).expanduser().read_text("utf-8"))
    except (OSError, ValueError):
        return None
    told = body.get("address") if isinstance(body, dict) else None
    text = f"0x{str(told).removeprefix('0x')}"
    return text if is_address(text) else None


def _confirm(proposal: Proposal, chain: KnownChain | None) -> None:
    """Asks whoever sits there.

    Raises:
        InputError: nobody does, or the answer is no.
    """
    from keelmark.deploy.proposal import coins

    if not sys.stdin.isatty():
        raise InputError("confirmation: expected --yes or a terminal to ask on; nothing was sent")
    coin = chain.coin if chain else "ETH"
    asked = f"Create {len(proposal.missing)} contracts for about {coins(proposal.cost)} {coin}?"
    if not typer.confirm(asked, err=True):
        raise InputError("confirmation: declined; nothing was sent")


def _act(
    node: Chain,
    signer: TransactionSigner,
    proposal: Proposal,
    compiled: dict[str, Artefact],
    settings: Settings,
    path: Path,
    earlier: Deployment | None,
    as_json: bool,
) -> None:
    """Makes what is missing and writes what has become of it."""
    from keelmark.cli.deploy_words import outcome_body
    from keelmark.deploy import write_manifest
    from keelmark.deploy.act import act, open_journal
    from keelmark.deploy.record import recorded

    gas = {item.step.name: item.gas or 0 for item in proposal.steps if item.state == "missing"}
    with open_journal(path.with_name(f".{path.stem}.journal"), proposal.chain_id) as journal:
        made = node.signing(signer).run(
            act(
                tuple(item.step for item in proposal.steps),
                signer.address,
                settings=settings,
                journal=journal,
                gas=gas,
                progress=lambda notice: _tell(notice, as_json),
                chain_id=proposal.chain_id,
            )
        )
        deployment = node.run(recorded(proposal, made, compiled, earlier))
        written = deployment != earlier
        if written:
            write_manifest(deployment, path)
    if as_json:
        body: dict[str, Any] = outcome_body(deployment, str(path), written)
        typer.echo(json.dumps(body, indent=1))
        return
    spent = sum(one.gas_used for one in made)
    typer.echo(f"all {len(deployment.contracts)} contracts are there; {spent:,} gas in all")
    typer.echo(f"{'manifest' if written else 'manifest, as it was'}: {path}")


def _tell(notice: Notice, as_json: bool) -> None:
    """What happens, while it happens; to standard error where JSON is wanted."""
    where = f"{notice.name}: " if notice.name else ""
    typer.echo(f"{notice.kind:<11} {where}{printable(notice.text)}", err=as_json)


def _say(text: str, as_json: bool) -> None:
    if not as_json:
        typer.echo(text)
