"""`tokentray sync`: reads what is new from every account, once."""

import sys

from tokentray.cli.codes import DONE, NOTHING_CONFIGURED, PART_FAILED, WRONG_USAGE
from tokentray.cli.reading import (
    agents_here,
    end_cleanly_when_told,
    look_up_prices,
    own_history,
    read_logs,
    tell_problems,
    what_was_chosen,
)
from tokentray.ingest.logs import ScanResult

TYPE_CHECKING = False
if TYPE_CHECKING:  # dataclasses cost 12 ms: where nothing but logs is read, they are not needed
    from tokentray.ingest.polls import Outcome

NOTHING = (
    "No coding agent's log was found on this machine, and no account was added: “tokentray sources” lists what can be."
)
MEGABYTE = 1_000_000


def run_sync(accounts: list[str], *, full: bool = False, as_json: bool = False, quietly: bool = False) -> int:
    """All accounts that are not paused, or only those named; `quietly` leaves the answer out."""
    end_cleanly_when_told()
    chosen = what_was_chosen()
    found = agents_here(chosen)
    known = [*(agent.account for agent in found), *chosen.others]
    unknown = [account for account in accounts if account not in known]
    if unknown:
        print(f"tokentray: There is no account “{unknown[0]}”; there {_are(known)}.", file=sys.stderr)
        return WRONG_USAGE
    if not known:
        print(f"tokentray: {NOTHING}", file=sys.stderr)
        return NOTHING_CONFIGURED
    agents = [
        agent for agent in found if (agent.account in accounts if accounts else agent.account not in chosen.paused)
    ]
    others = [account for account in chosen.others if not accounts or account in accounts]
    outcomes: list[Outcome] = []
    with own_history(chosen) as history:
        everyone = len(agents) == len([agent for agent in found if agent.account not in chosen.paused])
        result = read_logs(history, agents, all_agents=everyone and not accounts, full=full) if agents else ScanResult()
        if others:
            # HTTP, keyring and dataclasses: 150 ms, only for those who added a provider.
            from tokentray.cli.polling import poll_providers

            outcomes = poll_providers(history, accounts and others, full)
        look_up_prices(history, chosen)
    tell_problems(result)
    failed = [outcome for outcome in outcomes if outcome.state != "ok"]
    for outcome in failed:
        waiting = f" It is left in peace until {_instant(outcome)}." if outcome.retry_at else ""
        print(f"tokentray: {outcome.account}: {outcome.message}{waiting}", file=sys.stderr)
    if as_json:
        _print_json([agent.account for agent in agents], result, outcomes)
    elif not quietly:
        _print_plain(result, outcomes, bool(agents))
    return PART_FAILED if failed or result.problems else DONE


def _are(known: list[str]) -> str:
    return f"are {', '.join(known)}" if len(known) > 1 else f"is {known[0]}" if known else "is none at all"


def _instant(outcome: "Outcome") -> str | None:
    return outcome.retry_at.strftime("%Y-%m-%dT%H:%M:%SZ") if outcome.retry_at else None


def _print_plain(result: ScanResult, outcomes: "list[Outcome]", with_logs: bool) -> None:
    if with_logs and result.files:
        size = f"{result.bytes / MEGABYTE:,.1f} MB" if result.bytes >= MEGABYTE else f"{result.bytes:,} bytes"
        files = "1 log file" if result.files == 1 else f"{result.files:,} log files"
        print(f"Read what was new in {files}: {size}.")
    elif with_logs:
        print("Nothing new in the logs.")
    for outcome in outcomes:
        if outcome.state == "ok":
            print(f"{outcome.account}: read.")


def _print_json(agents: list[str], result: ScanResult, outcomes: "list[Outcome]") -> None:
    import json  # 5 ms, only for those who asked for it

    content = {
        "schema": "tokentray.sync/1",
        "logs": {
            "accounts": agents,
            "files": result.files,
            "bytes": result.bytes,
            "responses": result.responses,
            "problems": [{"file": path, "why": why} for path, why in result.problems],
        },
        "accounts": [
            {
                "account": outcome.account,
                "state": outcome.state,
                "message": outcome.message or None,
                "retry_at": _instant(outcome),
                "notes": list(outcome.notes),
            }
            for outcome in outcomes
        ],
    }
    print(json.dumps(content, indent=1))
