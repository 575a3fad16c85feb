"""Readers' comments for the demo, as plain data. Names are invented, addresses lie under example.org and
example.com.

Whoever loads them goes through ``COMMENTS`` from top to bottom: a parent stands before its replies, is
approved and older than they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.demo.article import LEAD
from service.demo.briefs import ARTICLES, LIBRARY, PORTS


@dataclass(frozen=True)
class SampleThread:
    """``url_path`` begins with a slash and is appended to the demo site's public address."""

    key: str
    url_path: str
    title: str
    section: str


@dataclass(frozen=True)
class SampleComment:
    """``key`` names the comment inside this file; ``reply_to`` is such a key of the same thread.

    ``status``: where it ends up, ``pending approved rejected spam``. ``reason``: code of a rejection.
    """

    key: str
    thread: str
    name: str
    email: str
    body: str
    website: str | None
    reply_to: str | None
    status: str
    reason: str | None
    minutes_ago: int


THREADS: tuple[SampleThread, ...] = tuple(
    SampleThread(article.key, article.path, article.title, article.section) for article in ARTICLES.values()
)

_RIVER: tuple[SampleComment, ...] = (
    SampleComment(
        key="timing",
        thread=LEAD.key,
        name="عبد الرحيم السالمي",
        email="a.salmi@example.org",
        body="مقال متوازن. أعمل مهندس ري منذ سبع عشرة سنة، وأؤكد أن مسألة التوقيت هي التي لا يلتفت "
        "إليها أحد. الكمية السنوية في جداولنا تبدو مقبولة، ثم تُفتح القناة في الأسبوع الثاني من مارس "
        "فلا نجد فيها ما يكفي لريّة واحدة.",
        website="https://example.org/salmi",
        reply_to=None,
        status="approved",
        reason=None,
        minutes_ago=1310,
    ),
    SampleComment(
        key="published-anywhere",
        thread=LEAD.key,
        name="Nora Lindqvist",
        email="nora.lindqvist@example.com",
        body="We see the same thing two basins further north: releases follow the demand for power, "
        "and the fields downstream wait. Is the daily reservoir level published anywhere?",
        website=None,
        reply_to="timing",
        status="approved",
        reason=None,
        minutes_ago=1204,
    ),
    SampleComment(
        key="dashboard",
        thread=LEAD.key,
        name="عبد الرحيم السالمي",
        email="a.salmi@example.org",
        body="للأسف لا توجد نشرة يومية. أقرب ما وجدته لوحة أعدّها طلاب الجامعة من صور Sentinel-2، وهي "
        "متاحة مع ملف CSV هنا: https://example.org/wardan/levels?unit=m وتُحدَّث كل 5–6 أيام إن لم "
        "تحجب الغيوم الصورة (cloud-free scenes).",
        website="https://example.org/salmi",
        reply_to="published-anywhere",
        status="approved",
        reason=None,
        minutes_ago=1161,
    ),
    SampleComment(
        key="ledger",
        thread=LEAD.key,
        name="ميساء الراوي",
        email="maysa@example.org",
        body="شكراً على الرابط. نزّلتُ الملف وقارنته بدفتر القناة عندنا: الفرق لا يتجاوز أربعة "
        "سنتيمترات، وهذا أدق مما توقعت.",
        website=None,
        reply_to="dashboard",
        status="approved",
        reason=None,
        minutes_ago=872,
    ),
    SampleComment(
        key="tenant",
        thread=LEAD.key,
        name="أبو فراس",
        email="abu.firas@example.com",
        body="أكتب من السهل الأوسط، وأنا من المستأجرين الذين ذكرتهم الكاتبة في سطر واحد، فليُسمح لي "
        "ببضعة أسطر.\n\n"
        "استأجرتُ أربعين دونماً طوال اثنتي عشرة سنة. كنا نزرع القمح شتاءً وشيئاً من القطن صيفاً، وكان "
        "الاتفاق مع صاحب الأرض كلمةً ومصافحة. في السنة الأولى بعد ملء الخزان بذرنا في موعدنا المعتاد "
        "فضاعت الريّة الأولى، وفي الثانية أخّرنا البذار فأحرق حرُّ مايو السنابل قبل أن تمتلئ. في "
        "الثالثة حفر جاري بئراً بعمق مئة وعشرين متراً، وصار يبيعنا الماء بالساعة.\n\n"
        "لم يكن الجار طمّاعاً؛ المازوت يكلفه ما يكلفه. لكن الحساب لا يستقيم: ثمن ساعة الضخ صار أعلى من "
        "ثمن ما تُنبته. سلّمتُ الأرض في سبتمبر، وأعمل اليوم سائقاً عند من اشتراها.\n\n"
        "لا أطلب تعويضاً عن الماضي. أطلب شيئاً بسيطاً: ورقة تُعلَّق على باب الجمعية في أول كل أسبوع، "
        "فيها كم سيُفتح من الماء ومتى. بهذه الورقة وحدها كنت سأعرف ألّا أبذر.",
        website=None,
        reply_to=None,
        status="approved",
        reason=None,
        minutes_ago=1020,
    ),
    SampleComment(
        key="three-points",
        thread=LEAD.key,
        name="فؤاد النجار",
        email="fouad.najjar@example.org",
        body="تحليل جيد، لكنه أغفل <b>ثلاث نقاط</b>:\n"
        "<ul><li>الفاقد في القنوات الترابية قبل أن يصل الماء إلى أي حقل.</li>"
        "<li>تسعير الكهرباء الذي يشجع على الضخ ليلاً بلا حساب.</li>"
        "<li>غياب التأمين الزراعي، وهو أرخص من <i>كل</i> التعويضات.</li></ul>",
        website=None,
        reply_to=None,
        status="approved",
        reason=None,
        minutes_ago=655,
    ),
    SampleComment(
        key="canals",
        thread=LEAD.key,
        name="ليلى حمدان",
        email="leila.h@example.com",
        body="النقطة الأولى هي الأهم في رأيي. في قريتنا بُطِّنت القناة بالإسمنت قبل عامين فوصل الماء "
        "إلى آخر حقل، ثم توقف المشروع عند حدود الناحية. من يملك أرقام الفاقد بعد التبطين؟",
        website=None,
        reply_to="three-points",
        status="pending",
        reason=None,
        minutes_ago=211,
    ),
    SampleComment(
        key="pull-quote",
        thread=LEAD.key,
        name="Daniel Osei",
        email="d.osei@example.com",
        body="Reading this in translation. The quote about the river arriving after the decisions have "
        "been made says more than the figures do. Would the author share the source for the 31 per "
        "cent?",
        website="https://example.com/osei/notes",
        reply_to=None,
        status="pending",
        reason=None,
        minutes_ago=148,
    ),
    SampleComment(
        key="lecture",
        thread=LEAD.key,
        name="مواطن غاضب",
        email="angry.reader@example.com",
        body="كاتبة لا تفرّق بين القمح والشعير تعطينا دروساً! ابقي في مكتبك المكيّف واتركي الكلام لأهله.",
        website=None,
        reply_to=None,
        status="rejected",
        reason="insult",
        minutes_ago=131,
    ),
    SampleComment(
        key="used-pump",
        thread=LEAD.key,
        name="سامر ع.",
        email="samer@example.org",
        body="عندي مضخة غاطسة مستعملة بحالة ممتازة لمن يحتاجها في السهل الأوسط، والسعر قابل للتفاوض. "
        "الاتصال بعد المغرب على الرقم 555-0142، واسألوا عن سامر.",
        website=None,
        reply_to=None,
        status="pending",
        reason=None,
        minutes_ago=96,
    ),
    SampleComment(
        key="easy-money",
        thread=LEAD.key,
        name="VIP أرباح",
        email="promo7781@example.com",
        body="دخل إضافي مضمون 500$ يومياً من بيتك!!! سجّل الآن قبل إغلاق العرض 👉 "
        "https://bonus.example.com/?ref=7781 👈 والهدية الثانية هنا "
        "https://win.example.com/ar/free?ref=7781",
        website="https://bonus.example.com/",
        reply_to=None,
        status="spam",
        reason=None,
        minutes_ago=74,
    ),
    # To the eye the file is called «wardan.pdf»; its letters run backwards behind a hidden mark.
    SampleComment(
        key="hidden-mark",
        thread=LEAD.key,
        name="متابع",
        email="mutabi@example.org",
        body="الأرقام الرسمية الكاملة منشورة في هذا الملف \u202efdp.nadraw\u202c فليراجعها من يشكك في "
        "النسبة، وليقارن بنفسه.",
        website=None,
        reply_to=None,
        status="pending",
        reason=None,
        minutes_ago=38,
    ),
)

_SHORTER: tuple[SampleComment, ...] = (
    SampleComment(
        key="gate",
        thread=PORTS.key,
        name="حسام بدوي",
        email="husam.badawi@example.org",
        body="أقود شاحنة على هذا الخط منذ تسع سنوات. الانتظار ليلاً أقصر فعلاً، لكن لا مكان نأكل فيه "
        "ولا دورة مياه بعد العاشرة. التجربة تُقاس براحة السائق أيضاً.",
        website=None,
        reply_to=None,
        status="approved",
        reason=None,
        minutes_ago=1490,
    ),
    SampleComment(
        key="noise",
        thread=PORTS.key,
        name="جارة الميناء",
        email="neighbour@example.org",
        body="مع احترامي للسائقين، أصوات الإنذار عند الرجوع إلى الخلف تُسمع في غرف أطفالنا حتى "
        "الثالثة. أين قياسات الضجيج التي وُعدنا بها؟",
        website=None,
        reply_to="gate",
        status="pending",
        reason=None,
        minutes_ago=260,
    ),
    SampleComment(
        key="quiet-corner",
        thread=LIBRARY.key,
        name="طالبة صيدلة",
        email="pharma.student@example.com",
        body="أول مرة أدرس فيها للامتحان من دون أن أسمع التلفاز. شكراً لكل متطوع بقي ساعة بعد دوامه من أجلنا.",
        website=None,
        reply_to=None,
        status="approved",
        reason=None,
        minutes_ago=2105,
    ),
    # The same words under another article: the second one is held as a duplicate.
    SampleComment(
        key="quiet-corner-again",
        thread=PORTS.key,
        name="طالبة صيدلة",
        email="pharma.student@example.com",
        body="أول مرة أدرس فيها للامتحان من دون أن أسمع التلفاز. شكراً لكل متطوع بقي ساعة بعد دوامه من أجلنا.",
        website=None,
        reply_to=None,
        status="pending",
        reason=None,
        minutes_ago=190,
    ),
)

COMMENTS: tuple[SampleComment, ...] = tuple(
    sorted(_RIVER + _SHORTER, key=lambda comment: comment.minutes_ago, reverse=True)
)
