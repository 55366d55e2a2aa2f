// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

// What a venue asks of the deployed contracts; `contracts/interfaces/` says what each answer means.

interface IRulebook {
    struct Rule {
        bytes32 id;
        int256 value;
        string unit;
        uint256 status;
        string source;
    }

    function rule(bytes32 id) external view returns (Rule memory);
}

interface IPartyRegistry {
    function gate(address wallet, uint256 account, uint256 action, uint256 assetClass)
        external view returns (uint256 reason, uint256 party);

    function gate_trade(
        address buyer, uint256 buyerAccount, uint256 buyerAction,
        address seller, uint256 sellerAccount, uint256 sellerAction,
        uint256 assetClass, uint256 instrument
    )
        external view
        returns (uint256 buyerReason, uint256 sellerReason, uint256 bought, uint256 sold);
}

interface IPriceBoard {
    function price_lane(uint256 feed) external view returns (uint256);
    function grace_until(uint256 feed) external view returns (uint256);
}

interface IInstrumentRegistry {
    struct Listing {
        uint256 kind;
        uint256 underlier;
        uint256 assetClass;
        uint256 expiry;
        uint256 lotExp;
        bytes32 dti;
        uint256 strike;
        uint256 optionType;
        bytes6 cfi;
    }

    function listing(uint256 instrument) external view returns (Listing memory);
}

interface IToken {
    function decimals() external view returns (uint8);
    function balanceOf(address owner) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}
