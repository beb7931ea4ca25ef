// File fields that upload by themselves, over tus 1.0.0 in parts; a cut or a closed page goes on where it stood.
// Without this script a field takes the SHA-256 that the page /uploads shows.
"use strict";
(() => {
  const PART = 8 << 20;
  const token = () => (document.querySelector("input[name=csrf]") || {}).value || "";
  const headers = (more) => ({ "Tus-Resumable": "1.0.0", "X-CSRF-Token": token(), ...more });
  const zh = document.documentElement.lang.startsWith("zh");
  const say = (chinese, english) => (zh ? chinese : english);
  const known = (file) => `upload:${file.name}:${file.size}:${file.lastModified}`;

  async function begin(file) {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
    const answer = await fetch("/api/v1/uploads", {
      method: "POST", headers: headers({ "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` }),
    });
    if (!answer.ok) throw new Error(await why(answer));
    return answer.headers.get("Location");
  }

  async function stands(place) {
    const answer = await fetch(place, { method: "HEAD", headers: headers({}) });
    return answer.ok ? Number(answer.headers.get("Upload-Offset")) : null;
  }

  async function why(answer) {
    try {
      const told = await answer.json();
      return say(told.detail_zh, told.detail) || String(answer.status);
    } catch {
      return String(answer.status);
    }
  }

  async function send(file, tell) {
    let place = localStorage.getItem(known(file));
    let offset = place === null ? null : await stands(place);
    if (offset === null) {
      place = await begin(file);
      localStorage.setItem(known(file), place);
      offset = 0;
    }
    let failures = 0;
    while (offset < file.size) {
      tell(offset / file.size);
      try {
        const answer = await fetch(place, {
          method: "PATCH", body: file.slice(offset, offset + PART),
          headers: headers({ "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) }),
        });
        if (![204, 409, 423].includes(answer.status)) throw new Error(await why(answer));
        offset = answer.status === 204 ? Number(answer.headers.get("Upload-Offset")) : await stands(place);
        failures = answer.status === 204 ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
        if (failures > 6 || !(error instanceof TypeError)) throw error;
        await new Promise((done) => setTimeout(done, 1000 * 2 ** failures));
        offset = (await stands(place).catch(() => offset)) ?? 0;
      }
      if (failures > 6) throw new Error(say("上传被占用，请稍后再试。", "The upload is held; try again later."));
    }
    localStorage.removeItem(known(file));
    return (await (await fetch(place)).json()).sha256;
  }

  for (const field of document.querySelectorAll("input[data-upload]")) {
    const picker = document.createElement("input");
    picker.type = "file";
    const label = document.querySelector(`label[for="${field.id}"]`);
    picker.setAttribute("aria-label", `${label ? label.textContent.trim() : field.id}: ${say("选择文件", "choose a file")}`);
    const status = document.createElement("span");
    status.className = "hint";
    status.setAttribute("role", "status");
    picker.addEventListener("change", async () => {
      const file = picker.files[0];
      if (!file) return;
      picker.disabled = true;
      try {
        field.value = await send(file, (part) => { status.textContent = `${Math.floor(part * 100)} %`; });
        status.textContent = say(`已上传 ${file.name}`, `uploaded ${file.name}`);
      } catch (error) {
        status.textContent = say(`未完成：${error.message}。再次选择同一文件即可继续。`, `Not done: ${error.message} Choose the same file again to go on.`);
      } finally {
        picker.disabled = false;
      }
    });
    field.after(picker, status);
  }
})();
