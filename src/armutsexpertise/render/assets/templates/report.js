// Contents are open beside the text and folded above it; a box that scrolls sideways can be
// reached with the keyboard; the contents mark the section on screen. All of it works without.
(function () {
  var wide = window.matchMedia("(min-width: 72rem)");
  var contents = document.querySelector(".contents details");
  function fold() { if (contents) contents.open = wide.matches; }
  fold();
  wide.addEventListener("change", fold);

  function reach() {
    document.querySelectorAll(".scrolls").forEach(function (box) {
      var scrolls = box.scrollWidth > box.clientWidth + 1;
      box.classList.toggle("is-scrolling", scrolls);
      if (scrolls) {
        box.dataset.hint = document.body.dataset.scroll;
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", (box.dataset.label ? box.dataset.label + ", " : "") + document.body.dataset.scroll);
      } else {
        ["tabindex", "role", "aria-label"].forEach(function (name) { box.removeAttribute(name); });
      }
    });
  }
  reach();
  window.addEventListener("load", reach);
  window.addEventListener("resize", reach);

  var links = {};
  document.querySelectorAll(".contents a").forEach(function (link) {
    links[decodeURIComponent(link.hash.slice(1))] = link;
  });
  if (!contents || !("IntersectionObserver" in window)) return;
  var current;
  var observer = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting || !links[entry.target.id]) return;
      if (current) current.removeAttribute("aria-current");
      current = links[entry.target.id];
      current.setAttribute("aria-current", "true");
    });
  }, {rootMargin: "0px 0px -75% 0px"});
  document.querySelectorAll("main h2[id], main h3[id]").forEach(function (heading) {
    observer.observe(heading);
  });
})();
