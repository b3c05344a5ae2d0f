"""Count a report of ctest: passed, failed, skipped, names of the failed."""

import sys
import xml.etree.ElementTree as tree

cases = list(tree.parse(sys.argv[1]).getroot().iter("testcase"))
bad = [c.get("name") for c in cases
       if c.find("failure") is not None or c.find("error") is not None
       or c.get("status") == "fail"]
idle = [c for c in cases if c.find("skipped") is not None
        or c.get("status") in ("notrun", "disabled")]
idle = [c for c in idle if c.get("name") not in bad]
print(len(cases) - len(bad) - len(idle), len(bad), len(idle), ",".join(bad))
