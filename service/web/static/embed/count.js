/* Puts numbers of comments into an index page: every element with data-taliq-count="THREAD" gets the number in words.
   <script src="…/count.js" data-site="SITE" data-lang="ar" defer></script>. What fails leaves the page as it is. */
(() => {
const { src, dataset: { site, lang } } = document.currentScript;
const start = () => {
  const spots = new Map();
  for (const spot of document.querySelectorAll("[data-taliq-count]")) {
    const key = spot.dataset.taliqCount;
    spots.set(key, [...(spots.get(key) || []), spot]);
  }
  const keys = [...spots.keys()].filter(Boolean);
  while (keys.length) {
    const query = new URLSearchParams(keys.splice(0, 100).map((key) => ["thread", key]));
    query.set("lang", lang || document.documentElement.lang || "-");
    fetch(new URL(`/v1/sites/${site}/counts?${query}`, src), { credentials: "omit" })
      .then((got) => got.ok && got.json())
      .then(({ texts = {} }) => {
        for (const key in texts) for (const spot of spots.get(key) || []) spot.textContent = texts[key];
      })
      .catch(() => {});
  }
};
document.readyState == "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
})();
