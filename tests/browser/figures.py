"""Reading the dashboard's numbers off the page."""

from playwright.sync_api import Page


def reading(page: Page, key: str):
    return page.locator(f'[data-reading="{key}"] strong')


def as_table(page: Page, key: str) -> list[list[str]]:
    """The numbers of a figure, as its table says them."""
    figure = page.locator(f"#figure-{key}")
    if figure.locator(".link-button[aria-pressed=false]").count():
        figure.locator(".link-button").click()
    return [row.locator("th, td").all_inner_texts() for row in figure.locator("tbody tr").all()]
