"""Lines of a plain text that belong to one paragraph: a sentence broken where a word was set in bold.

In: a line and the next one; out: whether the second goes on with the first. Pages saved as text often break a sentence
at each change of type (我们需要您提供您的 / 姓名、证件号码). A line that could stand alone is never joined.
"""

from __future__ import annotations

import re

DENIES = re.compile(r"(?:不|不会|未|绝不|不得|但不|从不|不再|将不|无权|do not|does not|will not|don't|never|not)$")
"""A line that breaks off behind its denial: whatever follows is denied."""
ENDED = "。;；:：!?！？….．"
OPEN_END = re.compile(
    r"(?:[、,，(（“《和及与或将]|以及|包括|(?<!目)的|您|你|我们|我行|使用|收集|获取|提供|采集|填写|输入|录入|上传|关于|通过|对登录|包含)$"
)
"""A sentence cannot end so."""
GOES_ON = re.compile(r"\s*[,，。、;；”》)）的]")
"""A sentence cannot begin so."""
SENTENCE = re.compile(r"[,，].*(?:我们|我行|我司|本行|您|你)|(?:我们|我行|我司|本行|您|你).*[,，]")
BEGINS = re.compile(r"\s*(?:我们|我行|我司|本行|您|你|如|若|在|为|当|一般|本|但|此外|同时)")
"""Words that begin a sentence."""
WRAPPED = re.compile(r"[a-z]{2,}[, ] ?[a-z]{1,12},?$")
LOWER = re.compile(r"\s*[a-z]{2,}[ ,.;]")
"""An English sentence over two lines: small letters at the end of one and at the beginning of the next."""
LEAST = 14
"""Characters of a line that ends in a verb and goes on."""


def goes_on(line: str, following: str) -> bool:
    """Whether ``following`` is the rest of the sentence that ``line`` begins."""
    line = line.strip()
    if not line or line[-1] in ENDED:
        return False
    if GOES_ON.match(following) or DENIES.search(line) or (WRAPPED.search(line) and LOWER.match(following)):
        return True
    if OPEN_END.search(line) is None:
        return SENTENCE.search(line) is not None and len(line) >= LEAST and _is_rest(following)
    return line[-1] in "、,，(（“《" or (len(line) >= LEAST and SENTENCE.search(line) is not None)


def is_open(line: str) -> bool:
    """Whether a line breaks off inside a sentence: then it is no heading (5.当您使用服务时,我们会获取您的)."""
    line = line.strip()
    return len(line) >= LEAST and OPEN_END.search(line) is not None and SENTENCE.search(line) is not None


def _is_rest(line: str) -> bool:
    """Whether a line ends as a sentence does and does not begin with a subject of its own."""
    return line.rstrip()[-1:] in "。;；，,、及和与或的您" and BEGINS.match(line) is None
