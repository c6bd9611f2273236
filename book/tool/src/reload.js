(() => {
  let source;
  const banner = document.createElement("pre");
  banner.setAttribute("role", "alert");
  banner.style.cssText =
    "position:fixed;inset:auto 0 0 0;margin:0;padding:1em;max-height:60vh;overflow:auto;" +
    "white-space:pre-wrap;z-index:1000;background:#7a0000;color:#fff;font:14px/1.4 monospace";
  const listen = () => {
    source = new EventSource("/__events");
    source.onmessage = (event) => {
      const { build, problem } = JSON.parse(event.data);
      if (build !== BUILD) location.reload();
      if (problem) {
        if (banner.textContent !== problem) banner.textContent = problem;
        if (!banner.isConnected) document.body.append(banner);
      } else {
        banner.remove();
      }
    };
  };
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
})();
