// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    IInstrumentRegistry, IPartyRegistry, IPriceBoard, IRulebook, IToken
} from "./KeelmarkInterfaces.sol";
import {Account, Positions} from "./Positions.sol";



/// @title Solidity venue: one perpetual contract, margined in money
/// @notice A venue in another language that calls the deployed contracts of this project: the
///         party registry says who may do what, the price board what things are worth, the order
///         matcher brings trades that both sides signed, and every threshold is read from the
///         rulebook, which nobody can change. It has no owner and nothing to configure. It
///         reports as the clearing house does, on a report chain of its own in slot 0.
/// @dev    Money, prices and sizes are wads (1e18), rates basis points. Equity rounds down,
///         requirements round up. The contract pays no funding. An example: it has no default
///         fund, so that a loss beyond the reserve stops opening and withdrawing until it is paid.
contract SolidityVenue {
    struct Margin {
        int256 equity;
        uint256 requirement;
        uint256 flags; // 1 stale, 2 jumped
    }

    struct Fill {
        uint256 execution; // 1 trade, 2 liquidation
        uint256 price;
        uint256 index;
        bytes32 id;
    }

    event TradeReported(
        uint256 indexed account, uint256 indexed instrument, bytes32 uti, bytes32 prior_uti,
        uint256 execution, int256 size, uint256 price, uint256 index, int256 position_size,
        int256 position_quote, int256 cash, int256 equity, uint256 initial_margin
    );
    event PositionLiquidated(
        uint256 indexed account, uint256 indexed instrument, uint256 taker, uint256 mode,
        uint256 size, uint256 mark, uint256 penalty, int256 equity_before, uint256 margin_before,
        int256 equity_after, uint256 margin_after
    );
    event CollateralDeposited(
        uint256 indexed account, uint256 indexed asset, uint256 amount, int256 balance
    );
    event CollateralWithdrawn(
        uint256 indexed account, uint256 indexed asset, uint256 amount, int256 balance
    );
    event ReserveCharged(
        uint256 indexed account, uint256 indexed debt, uint256 deficit, int256 reserve
    );
    event ReserveRaised(
        address indexed wallet, uint256 indexed account, uint256 amount, int256 reserve
    );

    int256 private constant WAD = 1e18;
    uint256 private constant BPS = 10_000;
    uint256 private constant STALE = 1;
    uint256 private constant JUMP = 2;
    uint256 private constant OPENING = 0;
    uint256 private constant WITHDRAWAL = 1;
    uint256 private constant CLOSE_OUT = 2;

    /// @notice The report chain's head; zero while nothing was reported.
    bytes32 public root;

    /// @notice Accounts by the party registry's account id.
    mapping(uint256 => Account) public accounts;

    /// @notice Own resources that stand for losses (wad); negative is a loss that nothing covers.
    int256 public reserve;

    bool private transient locked;

    IPartyRegistry public immutable PARTIES;
    IPriceBoard public immutable BOARD;
    address public immutable MATCHER;
    uint256 public immutable INSTRUMENT;
    uint256 public immutable FEED;
    uint256 public immutable LOT;
    uint256 public immutable RATE_BPS;
    IToken public immutable TOKEN;
    uint256 private immutable TOKEN_FEED;
    uint256 private immutable SCALE;
    uint256 private immutable LEI;
    uint256 private immutable ASSET_CLASS;
    uint256 private immutable RETAIL_BPS;
    uint256 private immutable CLOSE_OUT_BPS;
    uint256 private immutable PENALTY_BPS;
    uint256 private immutable BAND_BPS;
    uint256 private immutable PAR_FLOOR;

    /// @param rulebook Where every threshold is read, once: it has no storage and no owner.
    /// @param instruments Instrument registry.
    /// @param instrument Id of a perpetual on crypto-assets.
    /// @param token Settlement token, at most 18 decimals; `tokenFeed` is its feed.
    /// @param lei The venue's LEI, 20 characters in base 36.
    constructor(
        IRulebook rulebook, IPartyRegistry parties, IInstrumentRegistry instruments,
        IPriceBoard board, address matcher, uint256 instrument, IToken token, uint256 tokenFeed,
        uint256 lei
    ) {
        IInstrumentRegistry.Listing memory terms = instruments.listing(instrument);
        require(terms.kind == 1, "venue: not a perpetual");
        require(terms.assetClass == 7, "venue: not on crypto-assets");
        require(lei != 0 && lei < 2 ** 104, "venue: lei out of range");
        PARTIES = parties;
        BOARD = board;
        MATCHER = matcher;
        INSTRUMENT = instrument;
        FEED = terms.underlier;
        ASSET_CLASS = terms.assetClass;
        LOT = 10 ** terms.lotExp;
        TOKEN = token;
        TOKEN_FEED = tokenFeed;
        SCALE = 10 ** (18 - token.decimals());
        LEI = lei;
        uint256 scan = value(rulebook, "SCAN_DEFAULT_OTC_BPS");
        if (terms.dti == bytes32("4H95J0R2X")) scan = value(rulebook, "SCAN_BTC_OTC_BPS");
        uint256 schedule = value(rulebook, "IM_CRYPTO_BPS");
        RATE_BPS = scan > schedule ? scan : schedule;
        RETAIL_BPS = value(rulebook, "RETAIL_MARGIN_CRYPTO_BPS");
        CLOSE_OUT_BPS = value(rulebook, "CLOSE_OUT_BPS");
        PENALTY_BPS = value(rulebook, "LIQUIDATION_PENALTY_BPS");
        BAND_BPS = value(rulebook, "PRICE_BAND_BPS");
        PAR_FLOOR = value(rulebook, "EMT_PAR_FLOOR_BPS") * 1e14;
        require(board.price_lane(terms.underlier) % 2 ** 88 != 0, "venue: no price");
        require(board.price_lane(tokenFeed) % 2 ** 88 != 0, "venue: no price");
    }

    /// A call back from a token finds every function locked that acts or assesses.
    modifier lock() {
        require(!locked, "venue: locked");
        locked = true;
        _;
        locked = false;
    }

    /// @notice Pays in money; a debt to the reserve first. Only the account's wallet.
    function deposit(uint256 account, uint256 asset, uint256 amount) external lock {
        gated(account, 7, 0);
        require(asset == 0, "venue: unknown asset");
        require(amount > 0 && amount < 2 ** 112, "venue: bad amount");
        Account storage held = accounts[account];
        uint256 paid = amount * SCALE < held.debt ? amount * SCALE : held.debt;
        held.debt -= paid;
        held.cash += int256(amount * SCALE - paid);
        if (paid > 0) raiseReserve(account, paid);
        report(
            CollateralDeposited.selector, bytes32(account), 0, abi.encode(amount, held.cash)
        );
        pull(amount);
    }

    /// @notice Takes out what is not needed, unrealised profit never. Only the account's wallet.
    function withdraw(uint256 account, uint256 asset, uint256 amount) external lock {
        gated(account, 5, 0);
        require(asset == 0, "venue: unknown asset");
        require(amount > 0 && amount < 2 ** 112, "venue: bad amount");
        Account storage held = accounts[account];
        require(held.debt == 0, "venue: debt unpaid");
        require(reserve >= 0, "venue: loss uncovered");
        held.cash -= int256(amount * SCALE);
        require(held.cash >= 0, "venue: not enough cash");
        if (held.size != 0) {
            Margin memory state = assess(held, WITHDRAWAL);
            require(state.flags & STALE == 0, "venue: stale price");
            require(state.equity >= int256(state.requirement), "venue: below initial margin");
        }
        report(
            CollateralWithdrawn.selector, bytes32(account), 0, abi.encode(amount, held.cash)
        );
        uint256 before = TOKEN.balanceOf(address(this));
        require(TOKEN.transfer(msg.sender, amount), "venue: transfer refused");
        require(TOKEN.balanceOf(address(this)) + amount == before, "venue: amount differs");
    }

    /// @notice Clears one match. Only the order matcher, which has checked both signatures.
    function trade(
        address buyer, address seller, uint256 buyerAccount, uint256 sellerAccount,
        uint256 instrument, uint256 size, uint256 price, bytes32 matchId
    ) external lock {
        require(msg.sender == MATCHER, "venue: not the matcher");
        require(instrument == INSTRUMENT, "venue: unknown instrument");
        require(buyerAccount != sellerAccount, "venue: same account");
        require(size > 0 && size < 2 ** 111 && size % LOT == 0, "venue: bad size");
        (uint256 index,) = priceOf(FEED);
        uint256 band = index * BAND_BPS / BPS;
        require(price <= index + band && price + band >= index, "venue: price outside the band");
        int256 delta = int256(size);
        uint256 buying = Positions.actionOf(accounts[buyerAccount].size, delta);
        uint256 selling = Positions.actionOf(accounts[sellerAccount].size, -delta);
        (uint256 buyerReason, uint256 sellerReason, uint256 bought, uint256 sold) =
            PARTIES.gate_trade(
                buyer, buyerAccount, buying, seller, sellerAccount, selling, ASSET_CLASS, instrument
            );
        checkReason(buyerReason);
        checkReason(sellerReason);
        int256 paid = int256(size * price / uint256(WAD)); // one number for both sides
        Fill memory fill = Fill(1, price, index, matchId);
        settle(buyerAccount, buying, delta, -paid, isRetail(bought), fill);
        settle(sellerAccount, selling, -delta, paid, isRetail(sold), fill);
    }

    /// @notice Takes over part of a position at mark, below half of its requirement, by no more
    ///         than brings it back. Only a professional's wallet, into its own account.
    /// @param limit The worst mark: the highest for a long position, the lowest for a short one.
    function liquidate(uint256 account, uint256 taker, uint256 size, uint256 limit) external lock {
        require(!isRetail(gated(taker, 6, ASSET_CLASS)), "venue: not for retail");
        require(account != taker, "venue: same account");
        (uint256 mark, uint256 flags) = priceOf(FEED);
        require(flags & STALE == 0, "venue: stale price");
        require(block.timestamp >= BOARD.grace_until(FEED), "venue: grace period");
        Account memory losing = accounts[account];
        Margin memory before = assess(losing, CLOSE_OUT);
        require(
            before.equity * int256(BPS) < int256(before.requirement * CLOSE_OUT_BPS),
            "venue: not liquidatable"
        );
        uint256 held = Positions.magnitude(losing.size);
        require(size > 0 && size % LOT == 0 && size <= held, "venue: bad size");
        require(losing.size > 0 ? mark <= limit : mark >= limit, "venue: mark beyond the limit");
        (Account memory after_, Margin memory state, uint256 penalty) =
            taken(losing, before, size, mark);
        int256 short = int256(state.requirement) - state.equity;
        require(short < int256(before.requirement) - before.equity, "venue: shortfall must fall");
        if (short < 0 && size > LOT) {
            (, Margin memory less,) = taken(losing, before, size - LOT, mark);
            require(less.equity < int256(less.requirement), "venue: overshoots");
        }
        Fill memory fill = Fill(2, mark, mark, keccak256(abi.encode(root, account, taker)));
        int256 delta = after_.size - losing.size;
        store(account, after_, Positions.actionOf(losing.size, delta), delta, state, fill);
        take(taker, delta, int256(size * mark / uint256(WAD)), penalty, fill);
        report(
            PositionLiquidated.selector, bytes32(account), bytes32(INSTRUMENT),
            abi.encode(
                taker, 2, size, mark, penalty, before.equity, before.requirement, state.equity,
                state.requirement
            )
        );
    }

    /// @notice Charges the reserve with what a flat account owes. A retail client owes nothing
    ///         after; anybody else owes the reserve. Anyone.
    function write_off(uint256 account) external lock {
        Account storage held = accounts[account];
        require(held.size == 0 && held.cash < 0, "venue: no deficit");
        uint256 deficit = uint256(-held.cash);
        held.cash = 0;
        if (!held.retail) held.debt += deficit;
        reserve -= int256(deficit);
        report(
            ReserveCharged.selector, bytes32(account), bytes32(held.debt),
            abi.encode(deficit, reserve)
        );
    }

    /// @notice Adds to the reserve, for good. Anyone.
    function contribute(uint256 amount) external lock {
        require(amount > 0 && amount < 2 ** 112, "venue: bad amount");
        raiseReserve(0, amount * SCALE);
        pull(amount);
    }

    /// @notice An account against its requirement: 0 opening, 1 withdrawal, 2 close-out.
    function margin(uint256 account, uint256 valuation) external view returns (Margin memory) {
        require(!locked, "venue: locked");
        require(valuation <= CLOSE_OUT, "venue: unknown valuation");
        return assess(accounts[account], valuation);
    }

    function settle(
        uint256 id, uint256 action, int256 delta, int256 quoteDelta, bool retail, Fill memory fill
    ) private {
        Account memory before = accounts[id];
        Account memory after_ = Positions.filled(before, delta, quoteDelta);
        Margin memory state;
        if (action <= 2) {
            require(reserve >= 0, "venue: loss uncovered");
            require(before.debt == 0, "venue: debt unpaid");
            require(before.size == 0 || before.retail || !retail, "venue: category changed");
            if (before.size == 0) after_.retail = retail;
            state = opening(after_, STALE | JUMP);
        } else {
            state = assess(after_, CLOSE_OUT);
            int256 short = int256(state.requirement) - state.equity;
            if (short > 0) {
                Margin memory old = assess(before, CLOSE_OUT);
                require(state.equity >= 0 || state.equity + 2 >= old.equity, "venue: deficit");
                require(
                    after_.size == 0 || short <= int256(old.requirement) - old.equity + 2,
                    "venue: shortfall grows"
                );
            }
        }
        store(id, after_, action, delta, state, fill);
    }

    function take(uint256 id, int256 delta, int256 paid, uint256 penalty, Fill memory fill)
        private
    {
        Account memory taking = accounts[id];
        require(taking.debt == 0, "venue: debt unpaid");
        uint256 action = Positions.actionOf(taking.size, -delta);
        if (taking.size == 0) taking.retail = false;
        taking = Positions.filled(taking, -delta, delta < 0 ? -paid : paid);
        taking.cash += int256(penalty);
        store(id, taking, action, -delta, opening(taking, STALE), fill);
    }

    function taken(Account memory held, Margin memory before, uint256 size, uint256 mark)
        private view returns (Account memory after_, Margin memory state, uint256 penalty)
    {
        int256 paid = int256(size * mark / uint256(WAD));
        bool long = held.size > 0;
        after_ = Positions.filled(held, long ? -int256(size) : int256(size), long ? paid : -paid);
        state = assess(after_, CLOSE_OUT);
        penalty = Positions.penaltyOf(
            size * mark / uint256(WAD), PENALTY_BPS, before.equity, before.requirement,
            state.requirement
        );
        after_.cash -= int256(penalty);
        state = assess(after_, CLOSE_OUT);
    }

    function store(
        uint256 id, Account memory held, uint256 action, int256 delta, Margin memory state,
        Fill memory fill
    ) private {
        accounts[id] = held;
        uint256 flags = held.retail ? 3 : 1;
        bytes32 uti =
            keccak256(abi.encode(block.chainid, address(this), fill.id, delta > 0 ? 1 : 2));
        bytes memory head = abi.encode(
            LEI << 128 | uint256(uti) >> 128, LEI << 128 | uint256(fill.id) >> 128,
            fill.execution | action << 8 | flags << 16, delta, fill.price, fill.index
        );
        bytes memory tail =
            abi.encode(held.size, held.quote, held.cash, state.equity, state.requirement);
        report(
            TradeReported.selector, bytes32(id), bytes32(INSTRUMENT), bytes.concat(head, tail)
        );
    }

    function opening(Account memory held, uint256 blocking)
        private view returns (Margin memory state)
    {
        state = assess(held, OPENING);
        require(state.flags & blocking == 0, "venue: price stale or jumped");
        require(state.equity >= int256(state.requirement), "venue: below initial margin");
    }

    function assess(Account memory held, uint256 valuation)
        private view returns (Margin memory state)
    {
        state.equity = held.cash;
        if (held.cash > 0) {
            (uint256 par, uint256 stale) = priceOf(TOKEN_FEED);
            bool unusable = stale & STALE != 0 || par < PAR_FLOOR;
            if (unusable && valuation != CLOSE_OUT) state.equity = 0;
            else if (par < uint256(WAD)) state.equity = Positions.floorWad(held.cash * int256(par));
        }
        if (held.size == 0) return state;
        uint256 mark;
        (mark, state.flags) = priceOf(FEED);
        int256 gain = Positions.floorWad(held.size * int256(mark)) + held.quote;
        if (gain < 0 || valuation != WITHDRAWAL) state.equity += gain;
        uint256 notional = Positions.ceilDiv(Positions.magnitude(held.size) * mark, uint256(WAD));
        state.requirement = Positions.ceilDiv(notional * RATE_BPS, BPS);
        if (held.retail) {
            uint256 entry = Positions.magnitude(held.quote);
            if (valuation == CLOSE_OUT && entry > notional) notional = entry;
            uint256 floor = Positions.ceilDiv(notional * RETAIL_BPS, BPS);
            if (floor > state.requirement) state.requirement = floor;
        }
    }

    function priceOf(uint256 feed) private view returns (uint256 price, uint256 flags) {
        uint256 lane = BOARD.price_lane(feed);
        price = lane % 2 ** 88;
        flags = lane >> 119 & JUMP;
        if ((lane >> 88) % 2 ** 32 < block.timestamp) flags |= STALE;
    }

    function gated(uint256 account, uint256 action, uint256 assetClass)
        private view returns (uint256 party)
    {
        uint256 reason;
        (reason, party) = PARTIES.gate(msg.sender, account, action, assetClass);
        checkReason(reason);
    }

    function checkReason(uint256 reason) private pure {
        if (reason == 0) return;
        bytes memory digits = reason < 10
            ? abi.encodePacked(uint8(48 + reason))
            : abi.encodePacked(uint8(48 + reason / 10), uint8(48 + reason % 10));
        revert(string(bytes.concat("venue: gate ", digits)));
    }

    function isRetail(uint256 party) private pure returns (bool) {
        return (party >> 152) % 256 == 1;
    }

    function raiseReserve(uint256 account, uint256 amount) private {
        reserve += int256(amount);
        report(
            ReserveRaised.selector, bytes32(uint256(uint160(msg.sender))), bytes32(account),
            abi.encode(amount, reserve)
        );
    }

    function pull(uint256 amount) private {
        uint256 before = TOKEN.balanceOf(address(this));
        require(
            TOKEN.transferFrom(msg.sender, address(this), amount), "venue: transfer refused"
        );
        require(TOKEN.balanceOf(address(this)) == before + amount, "venue: amount differs");
    }

    /// Emits one log and chains it, exactly as `modules/report_chain.vy` does.
    function report(bytes32 topic0, bytes32 topic1, bytes32 topic2, bytes memory data) private {
        assembly {
            log3(add(data, 32), mload(data), topic0, topic1, topic2)
        }
        bytes32 record =
            keccak256(abi.encodePacked(block.number, topic0, topic1, topic2, data));
        root = keccak256(abi.encode(root, record));
    }

    function value(IRulebook rulebook, bytes32 id) private view returns (uint256) {
        return uint256(rulebook.rule(id).value);
    }
}
