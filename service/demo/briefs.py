"""The two shorter stories beside the lead, and the paper's table of contents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from service.demo.article import LEAD, Article, p

PORTS = Article(
    key="article-2466",
    slug="night-shift-ports",
    section="اقتصاد",
    title="موانئ الشمال تختبر الشحن الليلي",
    standfirst="تجربة من ستة أسابيع لتفريغ الحاويات بين الثامنة مساءً والرابعة فجراً، والسكان يسألون "
    "عن الضجيج.",
    byline="وسيم الطائي",
    role="مراسل الاقتصاد",
    published_at=datetime(2026, 11, 23, 15, 10, tzinfo=UTC),
    blocks=(
        p(
            "بدأ ميناءان على الساحل الشمالي تجربة تستمر ستة أسابيع لتفريغ الحاويات ليلاً، سعياً إلى "
            "تقصير طوابير الشاحنات التي تمتد نهاراً 3–4 كيلومترات عند البوابة الشرقية."
        ),
        p(
            "وتقول إدارة الميناءين إن متوسط الانتظار انخفض في الأسبوع الأول من سبع ساعات إلى أربع. في "
            "المقابل، طلب سكان الأحياء المجاورة نشر قياسات الضجيج، ووعدت البلدية بعرضها قبل نهاية "
            "الشهر."
        ),
    ),
)

LIBRARY = Article(
    key="article-2459",
    slug="library-after-dark",
    section="ثقافة",
    title="مكتبة الحي تفتح أبوابها حتى منتصف الليل",
    standfirst="قاعة للقراءة وأخرى للأطفال، ومتطوعون يتناوبون على المقاعد الخلفية حتى آخر قارئ.",
    byline="سُرى قنديل",
    role="محررة الثقافة",
    published_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    blocks=(
        p(
            "مدّدت المكتبة العامة في حي «الياسمين القديم» ساعات عملها حتى منتصف الليل أربعة أيام في "
            "الأسبوع، بعد عريضة وقّعها نحو 900 من الأهالي، معظمهم طلاب لا يجدون في بيوتهم ركناً "
            "هادئاً."
        ),
        p(
            "ويتولى متطوعون مناوبة المساء. ويقول منسقهم إن القاعة تمتلئ بعد التاسعة «لا لأن الكتب "
            "تتغير، بل لأن البيوت تضيق»."
        ),
    ),
)

ARTICLES: Mapping[str, Article] = {article.slug: article for article in (LEAD, PORTS, LIBRARY)}
