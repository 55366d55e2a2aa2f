"""Generated from the contracts: every function that changes state. Do not edit."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FUNCTIONS"]

FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "BackOffice": (
            "accept_role(bytes32 role)",
            "admit_member(address wallet)",
            "close_account(uint256 account)",
            "commit_backstop(uint256 member,uint256 amount)",
            "deny_trade(address buyer,address seller,uint256 buyer_account,uint256 seller_account,"
            "uint256 instrument,uint256 size,bytes32 match_id)",
            "deposit(uint256 account,uint256 asset,uint256 amount)",
            "hand_over_role(bytes32 role,address successor)",
            "list_collateral(address token,uint256 feed,uint256 kind,bool fx,uint256 decimals,"
            "uint256 maturity,uint256 cap)",
            "open_account(address wallet,uint256 member)",
            "try_deposit(uint256 account,uint256 asset,uint256 amount)",
            "try_withdraw(uint256 account,uint256 asset,uint256 amount)",
            "withdraw(uint256 account,uint256 asset,uint256 amount)",
        ),
        "ClearingHouse": (
            "accept_role(bytes32 role)",
            "admit_member(address wallet)",
            "allocate_loss(uint256 account)",
            "choose_engine(uint256 account,uint256 engine)",
            "close_account(uint256 account)",
            "commit_backstop(uint256 member,uint256 amount)",
            "count_gain(uint256 account)",
            "cover_loss(uint256 amount)",
            "deny_trade(address buyer,address seller,uint256 buyer_account,uint256 seller_account,"
            "uint256 instrument,uint256 size,bytes32 match_id)",
            "deposit(uint256 account,uint256 asset,uint256 amount)",
            "hand_over_role(bytes32 role,address successor)",
            "list_collateral(address token,uint256 feed,uint256 kind,bool fx,uint256 decimals,"
            "uint256 maturity,uint256 cap)",
            "list_instrument(uint256 instrument,uint256 multiplier_bps)",
            "open_account(address wallet,uint256 member)",
            "pay_debt(uint256 account,uint256 amount)",
            "refresh_account(uint256 account)",
            "refresh_arrays(uint256[] options)",
            "roll_funding(uint256 instrument)",
            "scale_gain(uint256 account)",
            "sell_collateral(uint256 account,uint256 buyer,uint256 asset,uint256 amount,"
            "uint256 cost)",
            "set_call(uint256 account,uint256 deadline,int256 equity,uint256 requirement)",
            "settle_instrument(uint256 instrument)",
            "settle_position(uint256 account,uint256 instrument)",
            "sweep(uint256 instrument,uint256[] owners)",
            "take_over((uint256 account,uint256 taker,uint256 instrument,uint256 size,"
            "uint256 penalty,uint256 mode,int256 equity_before,uint256 margin_before,"
            "int256 equity_after,uint256 margin_after) terms)",
            "take_over_many(uint256 account,uint256 taker,(uint256 instrument,uint256 size,"
            "uint256 limit)[] takes,int256 equity,uint256 requirement)",
            "trade(address buyer,address seller,uint256 buyer_account,uint256 seller_account,"
            "uint256 instrument,uint256 size,uint256 price,bytes32 match_id)",
            "try_deposit(uint256 account,uint256 asset,uint256 amount)",
            "try_withdraw(uint256 account,uint256 asset,uint256 amount)",
            "void_backstop(uint256 member)",
            "withdraw(uint256 account,uint256 asset,uint256 amount)",
        ),
        "CloseOut": (
            "backstop(address house,uint256 account,uint256 instrument,uint256 size,"
            "address[] wallets)",
            "buy_collateral(address house,uint256 account,uint256 asset,uint256 amount,"
            "uint256 buyer,uint256 max_cost)",
            "call_margin(address house,uint256 account)",
            "compulsory_close(address house,uint256 account,uint256 instrument,uint256 size,"
            "uint256 counterparty)",
            "end_call(address house,uint256 account)",
            "liquidate(address house,uint256 account,uint256 taker,uint256 instrument,"
            "uint256 size,uint256 limit)",
            "liquidate_many(address house,uint256 account,uint256 taker,(uint256 instrument,"
            "uint256 size,uint256 limit)[] takes)",
        ),
        "DefaultFund": (
            "absorb(uint256 member,uint256 amount)",
            "claim(address house,uint256 member,uint256 epoch)",
            "contribute(address house,uint256 member,uint256 amount)",
            "dedicate(address house,uint256 amount)",
            "refill(uint256 member,uint256 from_member,uint256 from_house,uint256 from_others)",
            "withdraw(address house,uint256 member,uint256 amount)",
        ),
        "InstrumentDesk": (
            "choose_engine(uint256 account,uint256 engine)",
            "list_instrument(uint256 instrument,uint256 multiplier_bps)",
            "refresh_account(uint256 account)",
            "refresh_arrays(uint256[] options)",
            "roll_funding(uint256 instrument)",
            "settle_instrument(uint256 instrument)",
            "settle_position(uint256 account,uint256 instrument)",
            "sweep(uint256 instrument,uint256[] owners)",
        ),
        "InstrumentRegistry": (
            "accept_role(bytes32 role)",
            "add_instrument((uint256 kind,uint256 underlier,uint256 expiry,uint256 lot_exp,"
            "bytes6 cfi,bytes12 upi,bytes9 settlement_currency,uint256 strike,"
            "uint256 option_type) terms)",
            "add_underlier(bytes9 dti,uint256 asset_class,bytes8 symbol)",
            "assign_upi(uint256 instrument,bytes12 upi)",
            "hand_over_role(bytes32 role,address successor)",
        ),
        "LossDesk": (
            "allocate_loss(uint256 account)",
            "count_gain(uint256 account)",
            "cover_loss(uint256 amount)",
            "pay_debt(uint256 account,uint256 amount)",
            "scale_gain(uint256 account)",
            "sell_collateral(uint256 account,uint256 buyer,uint256 asset,uint256 amount,"
            "uint256 cost)",
            "set_call(uint256 account,uint256 deadline,int256 equity,uint256 requirement)",
            "void_backstop(uint256 member)",
        ),
        "OrderMatcher": (
            "cancel(uint256 nonce)",
            "cancel_many(uint256[] nonces)",
            "match((address house,address owner,uint256 account,uint256 instrument,int256 size,"
            "uint256 limit,uint256 nonce,uint256 expiry,address venue,uint256 kind) buy,"
            "bytes buy_signature,(address house,address owner,uint256 account,uint256 instrument,"
            "int256 size,uint256 limit,uint256 nonce,uint256 expiry,address venue,"
            "uint256 kind) sell,bytes sell_signature,uint256 size,uint256 price)",
            "try_match((address house,address owner,uint256 account,uint256 instrument,"
            "int256 size,uint256 limit,uint256 nonce,uint256 expiry,address venue,"
            "uint256 kind) buy,bytes buy_signature,(address house,address owner,uint256 account,"
            "uint256 instrument,int256 size,uint256 limit,uint256 nonce,uint256 expiry,"
            "address venue,uint256 kind) sell,bytes sell_signature,uint256 size,uint256 price)",
        ),
        "PartyDesk": (
            "accept_role(bytes32 role)",
            "accept_warning(bytes32 text_hash)",
            "announce_recovery(address lost,address replacement,bytes32 evidence)",
            "authorise_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
            "bar_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            "clear_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash)",
            "complete_recovery(address lost)",
            "contest_recovery(address lost)",
            "halt(uint256 until,bytes32 legal_basis,bytes32 case_hash)",
            "hand_over_role(bytes32 role,address successor)",
            "publish_warning(bytes2 jurisdiction,bytes32 text_hash,uint256 effective_at)",
            "recognise_issuer(uint256 issuer,address signer,uint256 identifier,"
            "bytes32 legal_basis,bytes32 case_hash)",
            "renew(address wallet,uint256 category,uint256 expiry,uint256 status_until,"
            "uint256 screened_at)",
            "request_category(uint256 category)",
            "resume(bytes32 legal_basis,bytes32 case_hash)",
            "revoke(address wallet,bytes32 reason)",
            "revoke_attested((address wallet,uint256 issuer,uint256 nonce,"
            "bytes32 reason) revocation,bytes signature)",
            "screen(address wallet)",
            "set_issuer(uint256 issuer,bool recognised,bytes32 legal_basis,bytes32 case_hash)",
            "sync_list()",
            "void_nonces(uint256 issuer,uint256[] nonces)",
            "withdraw_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
        ),
        "PartyRegistry": (
            "accept_role(bytes32 role)",
            "accept_warning(bytes32 text_hash)",
            "announce_recovery(address lost,address replacement,bytes32 evidence)",
            "attest((address wallet,uint256 identifier,bytes2 jurisdiction,uint256 category,"
            "bool natural_person,uint256 member,uint256 expiry,uint256 status_until,"
            "uint256 screened_at,uint256 issuer,uint256 nonce,bytes32 document) attestation,"
            "bytes signature)",
            "attest_many((address wallet,uint256 identifier,bytes2 jurisdiction,uint256 category,"
            "bool natural_person,uint256 member,uint256 expiry,uint256 status_until,"
            "uint256 screened_at,uint256 issuer,uint256 nonce,bytes32 document)[] attestations,"
            "bytes[] signed)",
            "authorise_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
            "bar_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            "clear_instrument(uint256 instrument,bytes32 legal_basis,bytes32 case_hash)",
            "complete_recovery(address lost)",
            "contest_recovery(address lost)",
            "freeze(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            "halt(uint256 until,bytes32 legal_basis,bytes32 case_hash)",
            "hand_over_role(bytes32 role,address successor)",
            "onboard((address wallet,uint256 identifier,bytes2 jurisdiction,uint256 category,"
            "bool natural_person,uint256 member,uint256 expiry,uint256 status_until,"
            "uint256 screened_at) attestation)",
            "onboard_many((address wallet,uint256 identifier,bytes2 jurisdiction,uint256 category,"
            "bool natural_person,uint256 member,uint256 expiry,uint256 status_until,"
            "uint256 screened_at)[] parties)",
            "publish_warning(bytes2 jurisdiction,bytes32 text_hash,uint256 effective_at)",
            "recognise_issuer(uint256 issuer,address signer,uint256 identifier,"
            "bytes32 legal_basis,bytes32 case_hash)",
            "release(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash)",
            "renew(address wallet,uint256 category,uint256 expiry,uint256 status_until,"
            "uint256 screened_at)",
            "request_category(uint256 category)",
            "restrict(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash,"
            "uint256 review_at)",
            "resume(bytes32 legal_basis,bytes32 case_hash)",
            "revoke(address wallet,bytes32 reason)",
            "revoke_attested((address wallet,uint256 issuer,uint256 nonce,"
            "bytes32 reason) revocation,bytes signature)",
            "screen(address wallet)",
            "set_issuer(uint256 issuer,bool recognised,bytes32 legal_basis,bytes32 case_hash)",
            "sync_list()",
            "unfreeze(address wallet,uint256 agreement,bytes32 legal_basis,bytes32 case_hash)",
            "void_nonces(uint256 issuer,uint256[] nonces)",
            "withdraw_ccp(address wallet,bytes32 legal_basis,bytes32 case_hash)",
        ),
        "PriceBoard": (
            "accept_role(bytes32 role)",
            "add_expiry(uint256 underlier,uint256 expiry,uint256 min_price,uint256 max_price,"
            "uint256 deviation_bps,uint256 quorum)",
            "add_feed(uint256 feed,uint256 min_price,uint256 max_price,uint256 deviation_bps,"
            "uint256 quorum)",
            "apply_change(uint256 feed,uint256 slot)",
            "hand_over_role(bytes32 role,address successor)",
            "list_surface(uint256 underlier,uint256[] tenors,uint256[] moneyness,"
            "uint256 min_volatility,uint256 max_volatility,uint256 deviation_bps,uint256 quorum)",
            "observe(uint256 feed,uint256 expiry)",
            "poke(uint256 feed)",
            "poke_many(uint256[] feeds)",
            "push(uint256 feed,uint256 price,uint256 timestamp,bytes[] signatures_)",
            "push_many(uint256[] feeds,uint256[] prices,uint256 timestamp,bytes[] signatures_)",
            "set_limits(uint256 feed,uint256 min_price,uint256 max_price,uint256 deviation_bps,"
            "uint256 quorum)",
            "set_signed_source(uint256 feed,address[] reporters,uint256 threshold,uint256 max_age)",
            "set_source(uint256 feed,uint256 slot,address aggregator,uint256 max_age,"
            "uint256 decimals)",
            "share_signed_source(uint256[] feeds,uint256 other,uint256 max_age)",
            "shorten_max_age(uint256 feed,uint256 slot,uint256 max_age)",
        ),
        "SanctionsList": (
            "accept_role(bytes32 role)",
            "confirm(bytes32 source,uint256 as_of)",
            "hand_over_role(bytes32 role,address successor)",
            "update(address[] removals,(address wallet,bytes32 reference)[] additions,"
            "bytes32 source,uint256 as_of)",
        ),
        "Supervision": (
            "accept_agreement(uint256 id)",
            "accept_mandate(uint256 id)",
            "accept_role(bytes32 role)",
            "acknowledge(uint256 id)",
            "close(uint256 id,bytes32 outcome_hash)",
            "deliver(uint256 id,bytes32 package_digest)",
            "hand_over_role(bytes32 role,address successor)",
            "leave_agreement(uint256 id)",
            "log_access(uint256 id,bytes32 digest,bytes32 purpose)",
            "narrow_mandate(uint256 id,uint256 powers,uint256 until,bytes32 legal_basis)",
            "offer_mandate(address successor)",
            "propose_agreement(uint256[] members,uint256 kinds,uint256 powers,"
            "uint256[] instruments,uint256 begins,uint256 until,bytes32 text_hash)",
            "recognise_authority(address authority,uint256 identifier,bytes2 jurisdiction,"
            "uint256 powers,uint256 until,bytes32 legal_basis)",
            "refuse(uint256 id,uint256 reason_code,bytes32 reason_hash)",
            "request(uint256 agreement,uint256 requested,uint256 kind,uint256 subject,"
            "uint256 instrument,bytes32 scope_hash,uint256 acknowledge_by,uint256 deliver_by,"
            "bytes32 legal_basis)",
            "widen_mandate(uint256 id,uint256 powers,uint256 until,bytes32 legal_basis)",
            "withdraw_request(uint256 id)",
        ),
        "TakeOverDesk": (
            "take_over_many(uint256 account,uint256 taker,(uint256 instrument,uint256 size,"
            "uint256 limit)[] takes,int256 equity,uint256 requirement)",
        ),
        "TestToken": (
            "accept_role(bytes32 role)",
            "approve(address spender,uint256 amount)",
            "hand_over_role(bytes32 role,address successor)",
            "mint(address receiver,uint256 amount)",
            "transfer(address receiver,uint256 amount)",
            "transferFrom(address owner,address receiver,uint256 amount)",
        ),
    }
)
"""Signatures by the name of the contract that answers them."""
