// Printing is the browser's; the PDF is the server's own.

const button = document.getElementById("print");

button.hidden = false;
button.addEventListener("click", () => print());
