// zerofee's button: Zerofee.open({ key: "pk_…", session: "cks_…", mode: "redirect" | "modal", onComplete: function }).
(function () {
  "use strict";
  var origin = new URL(document.currentScript.src).origin;

  function find(options) {
    return fetch(origin + "/v1/checkout/sessions/" + encodeURIComponent(options.session), {
      headers: { Authorization: "Bearer " + options.key }
    }).then(function (answer) {
      if (!answer.ok) { throw new Error("zerofee: the session cannot be opened (" + answer.status + ")"); }
      return answer.json();
    });
  }

  function modal(session, options) {
    var dialog = document.createElement("dialog"), frame = document.createElement("iframe");
    var close = document.createElement("button"), done = null;
    frame.src = session.url + "?framed=1";
    frame.title = options.title || "Payment";
    frame.style.cssText = "display:block;border:0;width:min(30rem,92vw);height:min(44rem,80vh)";
    close.textContent = "×";
    close.setAttribute("aria-label", options.closeLabel || "Close");
    close.style.cssText = "float:right;font-size:1.5rem;line-height:1;min-width:2.75rem;min-height:2.75rem;border:0;background:none;color:inherit";
    dialog.style.cssText = "padding:0;border:0;border-radius:1rem;overflow:hidden";
    function hear(event) {
      // Only our own page, and only the frame that was opened here, is believed; and it proves nothing.
      if (event.origin !== origin || event.source !== frame.contentWindow) { return; }
      var told = event.data || {};
      if (told.type !== "zerofee.checkout" || told.session !== session.id) { return; }
      if ((told.stage === "paid" || told.stage === "ended") && done !== told.stage) {
        done = told.stage;
        if (options.onComplete) { options.onComplete({ session: session.id, status: done }); }
      }
    }
    function leave() {
      window.removeEventListener("message", hear);
      dialog.remove();
      if (options.onClose) { options.onClose({ session: session.id, status: done }); }
    }
    window.addEventListener("message", hear);
    close.addEventListener("click", function () { dialog.close(); });
    dialog.addEventListener("close", leave);
    dialog.append(close, frame);
    document.body.append(dialog);
    dialog.showModal();
    return { close: function () { dialog.close(); } };
  }

  function open(options) {
    return find(options).then(function (session) {
      if (options.mode === "modal") { return modal(session, options); }
      location.assign(session.url);
      return { close: function () {} };
    });
  }

  window.Zerofee = { open: open };
})();
