"""The size of the program."""

from context import OURS, Context

LIMIT_MIB = 25


def run(context: Context) -> None:
    with open(context.tool(OURS).program, "rb") as program:
        mib = program.seek(0, 2) / 2**20
    context.report.table("Size", "The release build.", ["program", "MiB"], [["migrate", f"{mib:.1f}"]])
    context.report.check("size of the program", mib, " MiB", LIMIT_MIB)
