"""Run in .venv/contracts: lints and tests ODCS files with datacontract-cli, and writes what it found as JSON."""

import json
import sys

from datacontract.data_contract import DataContract


def found(contract: DataContract, *, with_data: bool) -> dict[str, list[str]]:
    """The names of the checks by their result."""
    run = contract.test() if with_data else contract.lint()
    results: dict[str, list[str]] = {}
    for check in run.checks:
        reason = f": {check.reason}" if check.result.value != "passed" and check.reason else ""
        results.setdefault(check.result.value, []).append(f"{check.name}{reason}")
    return results


if __name__ == "__main__":
    answers = {
        file: {
            "lint": found(DataContract(data_contract_file=file), with_data=False),
            "test": found(DataContract(data_contract_file=file), with_data=True),
        }
        for file in sys.argv[1:]
    }
    print(json.dumps(answers))
