// Files may be dropped on a [data-drop] label; what was chosen is listed before it is sent.
(function () {
  "use strict";

  function size(bytes) {
    return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  }

  function chosen(form, files) {
    const list = form.querySelector("[data-chosen]");
    const button = form.querySelector("button[type=submit]");
    list.replaceChildren(
      ...Array.from(files, (file) => {
        const item = document.createElement("li");
        item.textContent = `${file.name} · ${size(file.size)}`;
        return item;
      })
    );
    list.hidden = files.length === 0;
    button.textContent = files.length > 1 ? `上传 ${files.length} 个文件` : button.dataset.one;
  }

  // A large file takes a while: how much of it has gone is said, then its page opens.
  const LARGE = 1024 * 1024;

  function send(form, bar, said) {
    const request = new XMLHttpRequest();
    const button = form.querySelector("button[type=submit]");
    const stopped = () => {
      button.disabled = false;
      said.textContent = "没有传上去，网络断了或服务器没有收下。再按一次上传。";
    };
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
      said.textContent = event.loaded < event.total ? `已传 ${size(event.loaded)}，共 ${size(event.total)}` : "传完了，正在保存。";
    });
    request.addEventListener("load", () => {
      const page = request.getResponseHeader("HX-Redirect");
      if (page) window.location.assign(page);
      else if (request.status < 400) window.location.reload(); // signed out meanwhile
      else stopped();
    });
    request.addEventListener("error", stopped);
    button.disabled = true;
    bar.hidden = false;
    request.send(new FormData(form));
  }

  function watch(form, input) {
    const bar = form.querySelector("[data-sent]");
    const said = form.querySelector("[data-said]");
    form.addEventListener("submit", (event) => {
      const total = Array.from(input.files).reduce((sum, file) => sum + file.size, 0);
      if (!bar || total < LARGE) return;
      event.preventDefault();
      send(form, bar, said);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-drop]").forEach((zone) => {
      const input = zone.querySelector("input[type=file]");
      input.classList.add("visually-hidden"); // the whole zone is its label
      input.addEventListener("change", () => chosen(input.form, input.files));
      watch(input.form, input);
      zone.addEventListener("dragover", (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
      zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
      zone.addEventListener("drop", (event) => {
        event.preventDefault();
        zone.classList.remove("is-over");
        if (event.dataTransfer.files.length === 0) return;
        input.files = event.dataTransfer.files;
        chosen(input.form, input.files);
      });
    });
  });
  // A file dropped beside the zone must not replace the page.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
})();
