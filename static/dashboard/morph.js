/** Making a drawn thing like another, in place: what is the same stays, with its focus; what differs moves by CSS. */

/**
 * @param {Element} old
 * @param {Element} fresh
 */
export function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.tagName !== fresh.tagName) {
    old.replaceWith(fresh);
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const from = [...old.childNodes];
  const to = [...fresh.childNodes];
  to.forEach((child, i) => {
    const known = from[i];
    if (!known) old.append(child);
    else if (known instanceof Element && child instanceof Element) morph(known, child);
    else if (!known.isEqualNode(child)) known.replaceWith(child);
  });
  for (const gone of from.slice(to.length)) gone.remove();
}
